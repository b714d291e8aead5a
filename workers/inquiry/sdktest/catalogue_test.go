package sdktest

import (
	"net/http"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bss/v2/model"
	intl "github.com/huaweicloud/huaweicloud-sdk-go-v3/services/bssintl/v2/model"
)

// TestServiceTypes: names in both languages, pages, and bounds.
func TestServiceTypes(t *testing.T) {
	t.Parallel()
	c := ofMain(t)
	all, err := c.BSS.ListServiceTypes(&model.ListServiceTypesRequest{})
	if err != nil {
		t.Fatal(err)
	}
	total := int(*all.TotalCount)
	if total < 5 || len(*all.ServiceTypes) != total {
		t.Fatalf("%v", all)
	}
	page, err := c.BSS.ListServiceTypes(&model.ListServiceTypesRequest{Offset: ptr(int32(1)), Limit: ptr(int32(2))})
	if err != nil {
		t.Fatal(err)
	}
	if rows := *page.ServiceTypes; int(*page.TotalCount) != total || len(rows) != 2 || *rows[0].ServiceTypeCode != *(*all.ServiceTypes)[1].ServiceTypeCode {
		t.Errorf("page %v of %v", page, all)
	}
	english, err := c.Intl.ListServiceTypes(&intl.ListServiceTypesRequest{XLanguage: ptr("en_US"), ServiceTypeName: ptr("Cloud Server")})
	if err != nil {
		t.Fatal(err)
	}
	if rows := *english.ServiceTypes; len(rows) != 1 || *rows[0].ServiceTypeCode != "hws.service.type.ec2" {
		t.Errorf("%v", english)
	}
	_, err = c.BSS.ListServiceTypes(&model.ListServiceTypesRequest{Limit: ptr(int32(0))})
	refused(t, "a limit of 0", err, http.StatusBadRequest, "CBC.0100")
}
