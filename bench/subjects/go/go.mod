module sluice-bench/handler

go 1.19
