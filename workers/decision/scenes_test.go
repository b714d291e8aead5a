package decision_test

import (
	"os"
	"strconv"
)

// scenesVariable is how many random histories each law is tried on; a night's
// run sets it to thousands (see doc.go).
const scenesVariable = "ACCRUALD_LAW_SCENES"

// scenesDefault is how many of them a change is tried on.
const scenesDefault = 12

// operatedScenesMin is how many histories it takes to come to every kind of
// step of settlement.
const operatedScenesMin = 40

// scenesMax is how many random histories each law is tried on.
var scenesMax = scenes()

func scenes() int {
	text := os.Getenv(scenesVariable)
	if text == "" {
		return scenesDefault
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < scenesDefault {
		panic("set " + scenesVariable + " to a number from " + strconv.Itoa(scenesDefault) + " on, not " + strconv.Quote(text))
	}
	return n
}
