# Rscript circular.R: made-up times of the day in whole minutes and what R's circular says of them, written beside this
# file as circular.csv: mean (turns), resultant, circular standard deviation (turns) and Rayleigh's z of the first sample,
# Watson and Williams' F with its p-value and by watson.williams.test, p-value of equal concentrations by the ratio of
# dispersions (made with R 4.2.2, circular 0.4-95; Debian: r-cran-circular).
suppressPackageStartupMessages(library(circular))
arguments <- commandArgs(trailingOnly = FALSE)
folder <- dirname(sub("--file=", "", grep("--file=", arguments, value = TRUE)))
number <- function(x) sprintf("%.17g", x)
set.seed(11)
minutes <- function(n, hour, kappa) {
  angle <- as.numeric(rvonmises(n, circular(hour / 24 * 2 * pi), kappa))
  floor(angle %% (2 * pi) / (2 * pi) * 1440)
}
pairs <- list(list(minutes(40, 8, 2), minutes(60, 8.5, 2)), list(minutes(200, 23.5, 4), minutes(150, 0.5, 4)),
  list(minutes(25, 12, 1.5), minutes(30, 15, 6)), list(minutes(500, 18, 1.2), minutes(800, 18.4, 1.2)),
  list(minutes(12, 3, 8), minutes(9, 3, 8)), list(minutes(5000, 9, 3), minutes(4000, 9.1, 3)))
rows <- lapply(pairs, function(pair) {
  turns <- lapply(pair, function(x) circular(x / 1440 * 2 * pi))
  both <- c(turns[[1]], turns[[2]])
  group <- factor(rep(1:2, sapply(turns, length)))
  test <- suppressWarnings(watson.williams.test(both, group))
  r <- sapply(turns, function(x) rho.circular(x))
  n <- sapply(turns, length)
  ratio <- (1 - r[1]) * n[1] / (n[1] - 1) / ((1 - r[2]) * n[2] / (n[2] - 1))
  p <- pf(ratio, n[1] - 1, n[2] - 1)
  # The package takes the concentration of both samples thrown together, as equal means have; here it is that about each
  # sample's own mean, as in Zar (1999).
  pooled <- sum(n * r) / sum(n)
  f <- (1 + 3 / (8 * circular:::A1inv(pooled))) * (sum(n) - 2) * (sum(n * r) - sum(n) * rho.circular(both)) /
    (sum(n) - sum(n * r))
  data.frame(first = paste(pair[[1]], collapse = " "), second = paste(pair[[2]], collapse = " "),
    mean = number((as.numeric(mean(turns[[1]])) / (2 * pi)) %% 1), resultant = number(r[1]),
    deviation = number(sd.circular(turns[[1]]) / (2 * pi)), z = number(n[1] * r[1]^2),
    f = number(f), f_p = number(pf(f, 1, sum(n) - 2, lower.tail = FALSE)),
    package_f = number(test$statistic), ratio_p = number(2 * min(p, 1 - p)))
})
write.csv(do.call(rbind, rows), file.path(folder, "circular.csv"), row.names = FALSE, quote = FALSE)
