# Expected values of src/statistics by R's own distributions: phyper and p.adjust of package stats.
# Rscript make_expected.R, in this folder.
options(digits = 17)
cases <- rbind(
  c(0, 10, 5, 20), c(5, 10, 5, 20), c(3, 10, 5, 20), c(1, 1, 1, 2), c(30, 200, 60, 400), c(150, 200, 155, 400),
  c(4, 4, 8, 8), c(12, 50, 15, 1000), c(2000, 10000, 120000, 1000000), c(1400, 10000, 120000, 1000000),
  c(1200, 10000, 120000, 1000000), c(1000, 10000, 120000, 1000000), c(90, 100, 500000, 1000000),
  c(5200, 10000, 500000000, 1000000000), c(0, 0, 5, 10), c(7, 8, 7, 900000))
tail <- apply(cases, 1, function(c) phyper(c[1] - 1, c[3], c[4] - c[3], c[2], lower.tail = FALSE))
write.csv(data.frame(hits = format(cases[, 1], scientific = FALSE, trim = TRUE),
                     draws = format(cases[, 2], scientific = FALSE, trim = TRUE),
                     marked = format(cases[, 3], scientific = FALSE, trim = TRUE),
                     total = format(cases[, 4], scientific = FALSE, trim = TRUE), p = sprintf("%.17g", tail)),
          "hypergeometric.csv", row.names = FALSE, quote = FALSE)
set.seed(1)
p <- c(runif(20)^3, 0.01, 0.01, 0, 1, 0.04)
write.csv(data.frame(p = sprintf("%.17g", p), q = sprintf("%.17g", p.adjust(p, "BH"))), "benjamini_hochberg.csv",
          row.names = FALSE, quote = FALSE)
# A hit rate by group: missing and all of eight groups, tested against the others.
missing <- c(40, 12, 9, 30, 11, 0, 10, 14)
all <- c(100, 110, 90, 300, 120, 20, 100, 130)
p <- phyper(missing - 1, sum(missing), sum(all) - sum(missing), all, lower.tail = FALSE)
write.csv(data.frame(missing, all, p = sprintf("%.17g", p), q = sprintf("%.17g", p.adjust(p, "BH"))), "groups.csv",
          row.names = FALSE, quote = FALSE)
