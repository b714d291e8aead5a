package api

// Page is the paging that most lists of the published API have. Lists with
// other bounds declare their own two parameters and use window.
type Page struct {
	Offset int `query:"offset" default:"0" min:"0" max:"2147483647" doc:"How many rows are passed over."`
	Limit  int `query:"limit" default:"10" min:"1" max:"1000" doc:"Most rows that are answered."`
}

// ShortPage is the paging of lists that answer at most a hundred rows.
type ShortPage struct {
	Offset int `query:"offset" default:"0" min:"0" max:"2147483647" doc:"How many rows are passed over."`
	Limit  int `query:"limit" default:"10" min:"1" max:"100" doc:"Most rows that are answered."`
}

// window cuts one page out of all rows; never nil, because an empty list is
// written as one.
func window[T any](all []T, offset, limit int) []T {
	from := min(offset, len(all))
	return append([]T{}, all[from:min(from+limit, len(all))]...)
}
