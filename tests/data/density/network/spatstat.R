# Rscript spatstat.R: densities on spatstat's own street network `simplenet` by its densityEqualSplit, written
# beside this file: spatstat_streets.csv, spatstat_events.csv and spatstat_expected.csv (made with
# spatstat.linnet 3.0-6; Debian: r-cran-spatstat).
#
# simplenet is taken as kilometres, so its 10 streets are 150 to 481 m long. spatstat's sigma is the standard
# deviation of the kernel on the line: the bandwidth times sqrt(1 / 7) for the quartic (its "biweight"),
# sqrt(1 / 5) for Epanechnikov and sqrt(1 / 6) for the triangular. Its values are those of the kernel sum at
# the point of a street next to a pixel's centre, not means; tails of less than `epsilon` of an event are cut.
# densityEqualSplit and not density.lpp, which does not pass `continuous` on. Its weights are left alone: it
# does not apply them on an event's own street.
suppressMessages(library(spatstat))
arguments <- commandArgs(trailingOnly = FALSE)
folder <- dirname(sub("--file=", "", grep("--file=", arguments, value = TRUE)))
save <- function(rows, name) write.csv(rows, file.path(folder, name), row.names = FALSE, quote = FALSE)
number <- function(x) sprintf("%.15g", x)

net <- rescale(simplenet, 1 / 1000, "metre")
set.seed(5)
X <- lpp(data.frame(seg = c(1, 2, 2, 4, 5, 7, 8, 10, 10), tp = round(runif(9), 3)), net)
save(data.frame(from = net$from - 1, to = net$to - 1, length_m = number(lengths_psp(as.psp(net)))), "spatstat_streets.csv")
at <- coords(X)
save(data.frame(segment = at$seg - 1, part = number(at$tp)), "spatstat_events.csv")

factors <- c(biweight = sqrt(7), epanechnikov = sqrt(5), triangular = sqrt(6))
names_here <- c(biweight = "quartic", epanechnikov = "epanechnikov", triangular = "triangular")
rows <- NULL
for (continuous in c(TRUE, FALSE)) {
  for (kernel in names(factors)) {
    sigma <- 150
    values <- densityEqualSplit(X, sigma, kernel = kernel, continuous = continuous, epsilon = 1e-13, dimyx = 24,
                                verbose = FALSE, savehistory = FALSE)
    at <- attr(values, "df")
    rows <- rbind(rows, data.frame(method = if (continuous) "equal-split-continuous" else "equal-split-discontinuous",
                                   kernel = names_here[[kernel]], bandwidth_m = number(sigma * factors[[kernel]]),
                                   segment = at$mapXY - 1, part = number(at$tp), per_km = number(at$values * 1000)))
  }
}
save(rows, "spatstat_expected.csv")
