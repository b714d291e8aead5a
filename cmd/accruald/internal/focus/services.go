package focus

import "strings"

// service is how the specification classes a service.
type service struct{ category, subcategory string }

// services classes services by the last part of their code. A code that is not here is "Other", which the specification has
// for services that it cannot place.
var services = map[string]service{
	"ec2":     {"Compute", "Virtual Machines"},
	"bms":     {"Compute", "Virtual Machines"},
	"cce":     {"Compute", "Containers"},
	"fgs":     {"Compute", "Serverless Compute"},
	"ebs":     {"Storage", "Block Storage"},
	"obs":     {"Storage", "Object Storage"},
	"sfs":     {"Storage", "File Storage"},
	"cbr":     {"Storage", "Backup Storage"},
	"vpc":     {"Networking", "Network Connectivity"},
	"elb":     {"Networking", "Application Networking"},
	"cdn":     {"Networking", "Content Delivery"},
	"nat":     {"Networking", "Network Routing"},
	"rds":     {"Databases", "Relational Databases"},
	"dds":     {"Databases", "NoSQL Databases"},
	"dcs":     {"Databases", "Caching"},
	"dws":     {"Databases", "Data Warehouses"},
	"dms":     {"Integration", "Messaging"},
	"apig":    {"Integration", "API Management"},
	"waf":     {"Security", "Threat Detection and Response"},
	"iam":     {"Identity", "Identity and Access Management"},
	"ces":     {"Management and Governance", "Observability"},
	"support": {"Management and Governance", "Support"},
}

func serviceOf(code string) service {
	if known, ok := services[code[strings.LastIndexByte(code, '.')+1:]]; ok {
		return known
	}
	return service{"Other", "Other (Other)"}
}
