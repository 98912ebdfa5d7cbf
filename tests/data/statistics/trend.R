# Rscript trend.R: Kendall's tau of made-up series against time by R's cor.test, written beside this file as
# trend.csv: the series, S (own sum over all pairs), tau-b, z with the continuity correction and ties' variance, p
# (made with R 4.2.2; Debian: r-base-core).
arguments <- commandArgs(trailingOnly = FALSE)
folder <- dirname(sub("--file=", "", grep("--file=", arguments, value = TRUE)))
number <- function(x) sprintf("%.17g", x)
set.seed(7)
series <- list(rnorm(12), rpois(30, 2), rpois(52, 0.4), cumsum(rpois(24, 1)), 20:1, c(rep(0, 30), 1, 0, 1, 2),
  round(sin(1:40), 1), 1:50 + rnorm(50, 0, 20), c(3, 3, 1), c(1, 2, 2, 1, 5, 5, 5, 9, 9, 2))
rows <- lapply(series, function(x) {
  n <- length(x)
  test <- suppressWarnings(cor.test(x, 1:n, method = "kendall", exact = FALSE, continuity = TRUE))
  s <- sum(sapply(1:(n - 1), function(i) sum(sign(x[(i + 1):n] - x[i]))))
  data.frame(values = paste(number(x), collapse = " "), s = s, tau = number(test$estimate),
    z = number(test$statistic), p = number(test$p.value))
})
write.csv(do.call(rbind, rows), file.path(folder, "trend.csv"), row.names = FALSE, quote = FALSE)
