module form

go 1.25

require liveside v0.0.0

replace liveside => ../../../guest-sdk/go
