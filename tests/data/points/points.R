# Points and what R says of them: dbscan (DBSCAN, HDBSCAN), spatstat (K, Clark-Evans, K on a network) and
# surveillance (Knox). Rscript points.R, in this folder (Debian: r-cran-dbscan, r-cran-spatstat,
# r-cran-surveillance).
suppressMessages({library(dbscan); library(spatstat); library(surveillance)})
write <- function(table, file) {
  for (name in names(table)) if (is.double(table[[name]])) table[[name]] <- sprintf("%.17g", table[[name]])
  write.csv(table, file, row.names = FALSE, quote = FALSE)
}
set.seed(7)
centre <- cbind(runif(8, 200, 1800), runif(8, 200, 1800))
spread <- runif(8, 15, 60)
home <- sample(8, 280, TRUE)
x <- c(centre[home, 1] + rnorm(280) * spread[home], runif(120, 0, 2000))
y <- c(centre[home, 2] + rnorm(280) * spread[home], runif(120, 0, 2000))
inside <- x > 0 & x < 2000 & y > 0 & y < 2000
x <- round(x[inside], 3)
y <- round(y[inside], 3)
p <- cbind(x, y)
near <- frNN(p, 60)
h <- hdbscan(p, 8)
write(data.frame(x, y, dbscan = dbscan(p, 60, 8)$cluster, core = as.integer(lengths(near$id) + 1 >= 8),
                 core_m = h$coredist, hdbscan_r = h$cluster), "points.csv")

# K in the square and in a polygon with a hole.
# Steps that no rounded place lies on exactly.
r <- 5.0017 * (0:60)
square <- ppp(x, y, window = owin(c(0, 2000), c(0, 2000)))
polygon <- owin(poly = list(list(x = c(0, 2000, 2000, 1200, 1000, 400), y = c(0, 0, 1600, 2000, 1000, 2000)),
                            list(x = c(600, 600, 800), y = c(400, 600, 600))))
inner <- ppp(x[inside.owin(x, y, polygon)], y[inside.owin(x, y, polygon)], window = polygon)
k <- function(X, correction) Kest(X, r = r, correction = correction, nlarge = Inf)[[c(border = "border",
  isotropic = "iso", translate = "trans", none = "un")[correction]]]
# Kest takes the overlap of a polygon with itself from pixels; here it is that of the polygons.
exactly_translated <- function(X) {
  near <- closepairs(X, max(r))
  shared <- mapply(function(dx, dy) overlap.owin(Window(X), shift(Window(X), c(dx, dy))), near$dx, near$dy)
  weight <- pmin(area(Window(X)) / shared, 100)
  sapply(r, function(t) sum(weight[near$d <= t])) * area(Window(X)) / npoints(X) / (npoints(X) - 1)
}
write(data.frame(r, border = k(square, "border"), isotropic = k(square, "isotropic"),
                 translation = k(square, "translate"), none = k(square, "none"),
                 polygon_border = k(inner, "border"), polygon_isotropic = k(inner, "isotropic"),
                 polygon_translation = exactly_translated(inner)), "k.csv")
write(data.frame(naive = clarkevans(square, "none"), donnelly = clarkevans(square, "Donnelly"),
                 p = clarkevans.test(square)$p.value), "clark_evans.csv")

# K on a small network with a loop and two dead ends.
vertices <- ppp(c(0, 100, 200, 200, 100, 0, 300, 100), c(0, 0, 0, 120, 100, 100, 130, 190),
                window = owin(c(-10, 310), c(-10, 200)))
edges <- rbind(c(1, 2), c(2, 3), c(3, 4), c(4, 5), c(5, 6), c(6, 1), c(2, 5), c(4, 7), c(5, 8))
net <- linnet(vertices, edges = edges)
set.seed(3)
on <- runiflpp(60, net)
place <- coords(on)
to <- cbind(net$from, net$to)
write(data.frame(from = to[, 1] - 1L, to = to[, 2] - 1L, length = lengths_psp(as.psp(net))), "streets.csv")
# Places rounded so that they are read as they were used.
tp <- round(place$tp, 6)
on <- lpp(data.frame(seg = place$seg, tp = tp), net)
write(data.frame(segment = place$seg - 1L, tp), "street_points.csv")
rs <- seq(0, 150, length.out = 31)
# Of spatstat's parts, as linearK's own tolerance moves places near a junction onto it.
apart <- pairdist(on)
ends <- matrix(1, npoints(on), npoints(on))
for (j in seq_len(npoints(on))) ends[-j, j] <- countends(net, on[-j], apart[-j, j], toler = 1e-9)
shares <- 1 / ends
diag(shares) <- 0
corrected <- sapply(rs, function(t) sum(shares[apart <= t])) * volume(net) / npoints(on) / (npoints(on) - 1)
write(data.frame(r = rs, okabe_yamada = linearK(on, r = rs, correction = "none")$est,
                 corrected), "street_k.csv")
write(data.frame(distance = as.vector(pairdist(on)[1:10, ])), "street_distances.csv")

# Knox over made-up incidents, some of them repeats at one place.
set.seed(11)
n <- 240
home <- cbind(runif(n, 0, 3000), runif(n, 0, 3000))
day <- runif(n, 0, 365)
again <- sample(n, 80)
kx <- round(c(home[, 1], home[again, 1] + ifelse(runif(80) < 0.4, 0, rnorm(80) * 60)), 2)
kt <- round(c(day, day[again] + rexp(80) * 6) * 86400)
ky <- round(c(home[, 2], home[again, 2]), 2)
write(data.frame(x = kx, y = ky, time_s = as.integer(kt)), "repeats.csv")
dt <- dist(kt)
ds <- dist(cbind(kx, ky))
row <- cut(as.vector(ds), c(-1, 0, 100, 200, 400, Inf), labels = FALSE)
column <- cut(as.vector(dt) / 86400, c(-1, 7, 14, 28, Inf), labels = FALSE)
table <- table(factor(row, 1:5), factor(column, 1:4))
k <- knox(dt = dt, ds = ds, eps.t = 7 * 86400, eps.s = 100, simulate.p.value = FALSE)
write(data.frame(observed = as.vector(t(table))), "knox_table.csv")
write(data.frame(observed = k$statistic, expected = k$null.value, p = k$p.value), "knox.csv")
