# Masses of expected.csv beside spatstat's, density.ppp(edge = TRUE)$edg, which come from a convolution of the
# window's pixels and agree within what those allow: Rscript compare_spatstat.R (Debian: r-cran-spatstat).
library(spatstat)
here <- dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE))))
rings <- read.csv(file.path(here, "rings.csv"))
expected <- read.csv(file.path(here, "expected.csv"))
deviation <- c(quartic = sqrt(1 / 8), epanechnikov = sqrt(1 / 6), gaussian = 1)
for (shape in c("square", "ring", "star", "islands")) {
  part <- rings[rings$shape == shape, ]
  window <- owin(poly = unname(lapply(split(part, part$ring), function(r) list(x = r$x_m, y = r$y_m))))
  for (kernel in names(deviation)) for (h in c(300, 120)) {
    asked <- expected[expected$shape == shape & expected$kernel == kernel & expected$bandwidth_m == h &
                      expected$inside == 1, ]
    if (nrow(asked) == 0) next
    places <- ppp(asked$x_m, asked$y_m, window = window, checkdup = FALSE)
    found <- density.ppp(places, kernel = kernel, sigma = deviation[[kernel]] * h, edge = TRUE, dimyx = 512,
                         spill = 1)
    largest <- max(abs(found$edg[places] - asked$mass))
    cat(sprintf("%s %s %g: largest difference of a mass %.2g (of %d)\n", shape, kernel, h, largest, nrow(asked)))
    stopifnot(largest < 0.006)
  }
}
