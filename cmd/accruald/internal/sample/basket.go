package sample

import (
	"fmt"

	"github.com/accruald/accruald/events"
)

// What customers order, in percent.
const (
	serverShare  = 62
	storageShare = 14
	imageShare   = 9

	yearChance    = 12
	addressChance = 20
	disksMost     = 3
)

// basket makes the lines of an order: a server with disks and an address, a database, a storage package or an image.
// The kind is the resource type of its first line.
func (q *quarter) basket(c customer, order string) ([]events.OrderLine, string) {
	period, number := events.PeriodMonth, []int{1, 1, 1, 1, 2, 3, 6}[q.random.IntN(7)]
	if q.chance(yearChance) {
		period, number = events.PeriodYear, 1
	}
	b := basket{c: c, order: order, period: period, number: number}
	one := q.random.IntN(100)
	switch {
	case one < serverShare:
		b.add(servers[q.random.IntN(len(servers))], "vm", "")
		for range q.random.IntN(disksMost) {
			first := 0
			if period == events.PeriodYear {
				first = 1 // the slowest disk is sold by the month only
			}
			b.add(disks[first+q.random.IntN(len(disks)-first)], "vol", b.lines[0].ResourceID)
			b.sized(40+10*q.random.IntN(20), measureGigabytes)
		}
		if q.chance(addressChance) {
			b.add(network[1], "eip", "")
			b.lines[len(b.lines)-1].RelatedResourceID = b.lines[0].ResourceID
			b.add(network[0], "bw", b.lines[len(b.lines)-1].ResourceID)
			b.sized(1+q.random.IntN(10), measureMegabits)
		}
	case one < serverShare+storageShare && c.site() == siteChina:
		b.add(packages[q.random.IntN(len(packages))], "obs", "")
	case one < serverShare+storageShare+imageShare && c.site() == siteChina && period == events.PeriodMonth:
		b.add(images[q.random.IntN(len(images))], "img", "")
	default:
		b.add(databases[q.random.IntN(3)], "rds", "")
	}
	return b.lines, b.lines[0].ResourceType
}

type basket struct {
	c              customer
	order          string
	period, number int
	lines          []events.OrderLine
}

func (b *basket) add(p product, prefix, parent string) {
	n := len(b.lines) + 1
	b.lines = append(b.lines, events.OrderLine{
		LineID: fmt.Sprint(n), ResourceID: fmt.Sprintf("%s-%s-%d", prefix, b.order[2:], n), ParentResourceID: parent,
		CloudServiceType: p.service, ResourceType: p.resource, ResourceSpec: p.spec, Region: b.c.region(),
		PeriodType: b.period, PeriodNum: b.number, SubscriptionNum: 1,
	})
}

func (b *basket) sized(size, measure int) {
	last := &b.lines[len(b.lines)-1]
	last.ResourceSize, last.SizeMeasureID = size, measure
}
