module liveside

go 1.25
