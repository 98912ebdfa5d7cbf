# Rscript rate_ratio.R: two Poisson counts by R's own functions, written beside this file as rate_ratio.csv: the limits
# of poisson.test and fisher.test, and central p-values (twice the smaller tail) and mid-p-values by pbinom and phyper
# (made with R 4.2.2; Debian: r-base-core).
arguments <- commandArgs(trailingOnly = FALSE)
folder <- dirname(sub("--file=", "", grep("--file=", arguments, value = TRUE)))
number <- function(x) sprintf("%.17g", x)
cases <- rbind(c(3, 0, 1, 1), c(0, 3, 1, 1), c(6, 2, 1, 1), c(10, 20, 1, 1), c(10, 20, 3, 1), c(150, 100, 2.5, 3),
  c(0, 1, 1, 12), c(1, 1, 1, 1), c(1200, 1100, 1, 1), c(40, 0, 2, 1), c(7, 31, 1, 6))
rest <- c(500, 650)
rows <- apply(cases, 1, function(x) {
  a <- x[1]; b <- x[2]; share <- x[3] / (x[3] + x[4])
  exact <- poisson.test(c(a, b), c(x[3], x[4]))$conf.int
  at <- dbinom(a, a + b, share)
  p <- 2 * min(pbinom(a - 1, a + b, share, lower.tail = FALSE), pbinom(a, a + b, share))
  fisher <- fisher.test(matrix(c(a, b, rest), 2))$conf.int
  all <- c(a + rest[1], b + rest[2])
  same <- dhyper(a, all[1], all[2], a + b)
  relative <- 2 * min(phyper(a - 1, all[1], all[2], a + b, lower.tail = FALSE), phyper(a, all[1], all[2], a + b))
  data.frame(now = a, before = b, now_exposure = x[3], before_exposure = x[4], low = number(exact[1]),
    high = number(exact[2]), p = number(min(1, p)), mid_p = number(min(1, p - at)), relative_low = number(fisher[1]),
    relative_high = number(fisher[2]), relative_p = number(min(1, relative)),
    relative_mid_p = number(min(1, relative - same)))
})
write.csv(do.call(rbind, rows), file.path(folder, "rate_ratio.csv"), row.names = FALSE, quote = FALSE)
