package sample

import (
	"fmt"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/accruald/accruald/events"
)

// Sites and regions of the story.
const (
	siteChina         = "cn"
	siteInternational = "intl"
	regionChina       = "cn-east-3"
	regionSingapore   = "ap-southeast-3"
)

// Service and resource types, by their published codes.
const (
	serviceServer      = "hws.service.type.ec2"
	serviceDisk        = "hws.service.type.ebs"
	serviceNetwork     = "hws.service.type.vpc"
	serviceDatabase    = "hws.service.type.rds"
	serviceStorage     = "hws.service.type.obs"
	serviceMarketplace = "hws.service.type.marketplace"

	resourceServer    = "hws.resource.type.vm"
	resourceDisk      = "hws.resource.type.volume"
	resourceBandwidth = "hws.resource.type.bandwidth"
	resourceAddress   = "hws.resource.type.ip"
	resourceTraffic   = "hws.resource.type.traffic"
	resourceDatabase  = "hws.resource.type.rds.vm"
	resourcePackage   = "hws.resource.type.obs.package"
	resourceImage     = "hws.resource.type.marketplace.image"
)

// Measures of sizes and of usage, and what is metered.
const (
	measureGigabytes = 17
	measureMegabits  = 15
	measureHours     = 4
	measureMinutes   = 6
	measureTraffic   = 10 // gigabytes
	measureMegabytes = 11

	factorDuration = "Duration"
	factorTraffic  = "upflow"
)

// A service is a cloud service type; policy is its incentive policy code.
type service struct {
	code, chinese, english, policy, discount string
	resources                                []string
}

var services = []service{
	{serviceServer, "弹性云服务器", "Elastic Cloud Server", "0", "YES", []string{resourceServer}},
	{serviceDisk, "云硬盘", "Elastic Volume Service", "0", "YES", []string{resourceDisk}},
	{serviceNetwork, "虚拟私有云", "Virtual Private Cloud", "0", "YES", []string{resourceBandwidth, resourceAddress, resourceTraffic}},
	{serviceDatabase, "云数据库", "Relational Database Service", "1", "YES", []string{resourceDatabase}},
	{serviceStorage, "对象存储服务", "Object Storage Service", "13", "YES", []string{resourcePackage}},
	{serviceMarketplace, "云商店", "Marketplace", "2", "NO", []string{resourceImage}},
}

// A product's prices are for a month and for a year; "" where it is not sold for that term.
type product struct {
	service, resource, spec string
	month, year             string
}

// Families in which a server or database grows from one to the next.
var (
	servers = []product{
		{serviceServer, resourceServer, "s6.small.1.linux", "32.20", "322.00"},
		{serviceServer, resourceServer, "s6.medium.2.linux", "98.60", "986.00"},
		{serviceServer, resourceServer, "s6.large.2.linux", "197.10", "1971.00"},
		{serviceServer, resourceServer, "s6.xlarge.2.linux", "394.20", "3942.00"},
		{serviceServer, resourceServer, "c7.large.2.linux", "246.50", "2465.00"},
		{serviceServer, resourceServer, "c7.xlarge.2.linux", "493.00", "4930.00"},
		{serviceServer, resourceServer, "m7.large.8.linux", "336.40", "3364.00"},
		{serviceServer, resourceServer, "m7.xlarge.8.linux", "672.80", "6728.00"},
	}
	disks = []product{
		{serviceDisk, resourceDisk, "SATA", "0.30", ""},
		{serviceDisk, resourceDisk, "SAS", "0.35", "3.50"},
		{serviceDisk, resourceDisk, "GPSSD", "0.70", "7.00"},
		{serviceDisk, resourceDisk, "SSD", "1.00", "10.00"},
	}
	network = []product{
		{serviceNetwork, resourceBandwidth, "19_bgp", "23.00", "230.00"},
		{serviceNetwork, resourceAddress, "5_bgp", "7.20", "72.00"},
	}
	databases = []product{
		{serviceDatabase, resourceDatabase, "rds.mysql.large.2", "279.00", "2790.00"},
		{serviceDatabase, resourceDatabase, "rds.mysql.xlarge.2", "558.00", "5580.00"},
		{serviceDatabase, resourceDatabase, "rds.mysql.2xlarge.2", "1116.00", "11160.00"},
		{serviceDatabase, resourceDatabase, "rds.pg.large.2", "312.50", "3125.00"},
		{serviceDatabase, resourceDatabase, "rds.pg.xlarge.2", "625.00", "6250.00"},
		{serviceDatabase, resourceDatabase, "rds.pg.2xlarge.2", "1250.00", "12500.00"},
	}
	packages = []product{
		{serviceStorage, resourcePackage, "obs.std.100gb", "8.91", "106.92"},
		{serviceStorage, resourcePackage, "obs.std.500gb", "44.55", "534.60"},
		{serviceStorage, resourcePackage, "obs.std.1tb", "91.26", "1095.12"},
		{serviceStorage, resourcePackage, "obs.std.5tb", "456.30", "5475.60"},
	}
	images = []product{
		{serviceMarketplace, resourceImage, "mp.firewall.std", "128.00", "1280.00"},
		{serviceMarketplace, resourceImage, "mp.backup.pro", "66.00", "660.00"},
		{serviceMarketplace, resourceImage, "mp.erp.team", "899.00", ""},
		{serviceMarketplace, resourceImage, "mp.monitor.lite", "19.90", "199.00"},
	}
)

// traffic is billed by use alone. retired goes off sale in February, while somebody still renews it.
var (
	traffic = product{serviceNetwork, resourceTraffic, "19_traffic", "", ""}
	retired = product{serviceDatabase, resourceDatabase, "rds.mysql.small.1", "139.00", ""}
)

// late is the product that was forgotten at first and is published after the first order of it.
var late = product{serviceServer, resourceServer, "m7.2xlarge.8.linux", "1345.60", "13456.00"}

// catalogue publishes service types, conversions and the price lists of both regions.
func (q *quarter) catalogue(at time.Time) {
	for _, s := range services {
		data := &events.ServiceTypePublished{
			ServiceTypeCode: s.code, Names: events.Names{ZhCN: s.chinese, EnUS: s.english}, IncentivePolicy: s.policy,
			AllowDiscount: s.discount, ResourceTypes: []events.ResourceType{}, UsageTypes: []events.UsageType{},
			UnsubscribeLevel: "resource", EffectiveTime: at,
		}
		for _, code := range s.resources {
			name := code[strings.LastIndexByte(code, '.')+1:]
			data.ResourceTypes = append(data.ResourceTypes, events.ResourceType{ResourceTypeCode: code, Names: events.Names{EnUS: name}})
		}
		q.emit(fact{source: "/catalogue/cn", id: s.code, subject: s.code, partner: events.AllPartners, at: at, data: data})
	}
	for _, c := range []events.ConversionPublished{
		{MeasureID: measureTraffic, RefMeasureID: measureMegabytes, ConversionRatio: decimal.NewFromInt(1024), MeasureType: 2},
		{MeasureID: measureHours, RefMeasureID: measureMinutes, ConversionRatio: decimal.NewFromInt(60), MeasureType: 1},
	} {
		q.emit(fact{source: "/catalogue/cn", id: fmt.Sprintf("%d/%d", c.RefMeasureID, c.MeasureID), subject: "measures",
			partner: events.AllPartners, at: at, data: &c})
	}
	for _, family := range [][]product{servers, disks, network, databases, packages, images, {traffic, retired}} {
		for _, p := range family {
			q.publish(p, regionChina, at)
		}
	}
	for _, family := range [][]product{servers, disks, network, databases[:3], {traffic}} {
		for _, p := range family {
			q.publish(p, regionSingapore, at)
		}
	}
}

// publish publishes a product's price list; what is in yuan in one region costs a seventh as many dollars in the other.
func (q *quarter) publish(p product, region string, at time.Time) {
	source, currency, scale := "/catalogue/cn", "CNY", decimal.NewFromInt(1)
	if region == regionSingapore {
		source, currency, scale = "/catalogue/intl", "USD", decimal.RequireFromString("0.15")
	}
	data := &events.ProductPublished{
		ProductID: productID(p.spec, region), CloudServiceType: p.service, ResourceType: p.resource, ResourceSpec: p.spec, Region: region,
		Names: events.Names{EnUS: p.spec}, Currency: currency, Renewable: p.spec != "mp.erp.team", Refundable: true, Channel: "vendor", EffectiveTime: at,
	}
	switch p.resource {
	case resourceDisk:
		data.Linear, data.SizeMeasureID = true, measureGigabytes
	case resourceBandwidth:
		data.Linear, data.SizeMeasureID = true, measureMegabits
	case resourceServer:
		data.Metering = &events.Metering{Unit: "hour", Settle: "hour", Accumulate: "none"}
		data.Prices = append(data.Prices, hourPrice(decimal.RequireFromString(p.month).Mul(scale)))
	case resourceTraffic:
		data.Metering = &events.Metering{Unit: "second", Settle: "month", Accumulate: "month"}
		data.Prices = append(data.Prices, trafficPrice(scale))
	case resourceImage:
		data.Channel = "marketplace_curated"
	}
	for _, term := range []struct {
		kind   int
		amount string
	}{{events.PeriodMonth, p.month}, {events.PeriodYear, p.year}} {
		if term.amount == "" {
			continue
		}
		amount := decimal.RequireFromString(term.amount).Mul(scale)
		data.Prices = append(data.Prices, events.PriceRow{ChargingMode: events.ChargingPeriod, PeriodType: &term.kind, PeriodNum: 1, Amount: &amount})
	}
	q.emit(fact{source: source, id: data.ProductID, subject: data.ProductID, partner: events.AllPartners, at: at, data: data})
}

// hourPrice is the pay-per-use row beside a server's monthly price: an hour costs a four-hundredth of the month.
func hourPrice(month decimal.Decimal) events.PriceRow {
	amount := month.Mul(decimal.RequireFromString("0.0025"))
	return events.PriceRow{ChargingMode: events.ChargingOnDemand, UsageFactor: factorDuration, UsageMeasureID: measureHours, Amount: &amount}
}

// trafficPrice is what a gigabyte of traffic costs, less beyond the first hundred of a month.
func trafficPrice(scale decimal.Decimal) events.PriceRow {
	first := decimal.NewFromInt(100)
	return events.PriceRow{ChargingMode: events.ChargingOnDemand, UsageFactor: factorTraffic, UsageMeasureID: measureTraffic, Mode: "graduated", Bands: []events.PriceBand{
		{UpTo: &first, Amount: decimal.RequireFromString("0.80").Mul(scale)}, {Amount: decimal.RequireFromString("0.72").Mul(scale)}}}
}

func productID(spec, region string) string {
	return strings.NewReplacer(".", "-", "_", "-").Replace(spec) + "-" + region
}
