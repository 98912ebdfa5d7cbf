# Knox's test of R's own example, invasive meningococcal disease in Germany (imdepi), 7 days and 50 km: its table and
# what surveillance says of it. Rscript imdepi.R, in this folder (Debian: r-cran-surveillance). The events stay in the
# package: `./dev bench` hands them from there to ours.
suppressMessages(library(surveillance))
data(imdepi)
events <- imdepi$events
dt <- dist(events$time)
ds <- dist(coordinates(events))
k <- knox(dt = dt, ds = ds, eps.t = 7, eps.s = 50, simulate.p.value = FALSE)
write.csv(data.frame(pairs = length(dt), close = sum(ds <= 50), soon = sum(dt <= 7), both = sum(ds <= 50 & dt <= 7),
                     expected = sprintf("%.17g", k$null.value), p = sprintf("%.17g", k$p.value)),
          "imdepi_knox.csv", row.names = FALSE, quote = FALSE)
