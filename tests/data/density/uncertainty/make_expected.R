# Expected values of bootstrap quantiles, of tests and of intervals, with base R alone.
#
# bootstrap.csv: a Poisson bootstrap's sum is compound Poisson. Its distribution over whole units follows from
# Panjer's recursion (1981), so the quantiles that resampling tends to are known without any resampling.
panjer <- function(weights, most) {
  lambda <- length(weights)
  share <- tabulate(weights, most) / lambda
  g <- numeric(most + 1)
  g[1] <- exp(-lambda)
  for (s in 1:most) {
    j <- 1:s
    g[s + 1] <- lambda / s * sum(j * share[j] * g[s - j + 1])
  }
  g
}
quantiles_of <- function(weights, p) {
  below <- cumsum(panjer(weights, ceiling(sum(weights) + 12 * sqrt(sum(weights^2)) + 12 * max(weights))))
  sapply(p, function(q) which(below >= q)[1] - 1)
}
set.seed(20)
cases <- list(equal = rep(64, 40), few = c(3, 50, 64, 12), quartic = pmax(1, round(64 * (1 - runif(120)) ^ 2)),
              long = pmax(1, round(64 * rbeta(600, 0.7, 2))))
rows <- do.call(rbind, lapply(names(cases), function(name) {
  q <- quantiles_of(cases[[name]], c(0.005, 0.025, 0.05, 0.95, 0.975, 0.995))
  data.frame(case = name, weights = paste(cases[[name]], collapse = " "), q005 = q[1], q025 = q[2], q05 = q[3],
             q95 = q[4], q975 = q[5], q995 = q[6])
}))
write.csv(rows, "bootstrap.csv", row.names = FALSE, quote = FALSE)

# risk.csv: signed roots of the deviance by the families of glm, p by pnorm. Columns as hs_risk_z takes them.
z_of <- function(a, aq, b, bq, ea, eb, sides) {
  if (sides == "apart") {
    n <- (a + b)^2 / (aq + bq); y <- a / (a + b); m <- ea / (ea + eb)
  } else if (sides == "a-in-b") {
    n <- b^2 / bq; y <- a / b; m <- ea / eb
  } else if (sides == "b-in-a") {
    n <- a^2 / aq; y <- b / a; m <- eb / ea
  } else {
    unit <- bq / b
    y <- a / unit; m <- b * ea / eb / unit
    return(sign(y - m) * sqrt(poisson()$dev.resids(y, m, 1)))
  }
  z <- sign(y - m) * sqrt(binomial()$dev.resids(y, m, n))
  if (sides == "b-in-a") -z else z
}
risk <- read.csv(text = "a,aq,b,bq,ea,eb,sides
12.5,8.1,20.25,13.5,300,700,apart
0,0,20.25,13.5,300,700,apart
3,2,0,0,300,700,apart
0.4,0.3,250,160.5,12,48000,apart
12.5,8.1,40.5,27.25,300,2000,a-in-b
0,0,40.5,27.25,300,2000,a-in-b
40.5,27.25,40.5,27.25,300,2000,a-in-b
6,4.1,40.5,27.25,299,2000,a-in-b
40.5,27.25,12.5,8.1,12,3,b-in-a
40.5,27.25,5.5,3.1,12,3,b-in-a
12.5,8.1,9000.5,6000,500,310000,known
0,0,9000.5,6000,500,310000,known
31.25,20,9000.5,5400.3,500,310000,known
", stringsAsFactors = FALSE)
risk$z <- mapply(z_of, risk$a, risk$aq, risk$b, risk$bq, risk$ea, risk$eb, risk$sides)
risk$p <- 2 * pnorm(-abs(risk$z))
risk[c("z", "p")] <- lapply(risk[c("z", "p")], format, digits = 15)
write.csv(risk, "risk.csv", row.names = FALSE, quote = FALSE)

# difference.csv: Zou and Donner's formula on exact Poisson limits of poisson.test.
mover <- function(x, tx, y, ty) {
  a <- poisson.test(x, tx)$conf.int; b <- poisson.test(y, ty)$conf.int
  d <- x / tx - y / ty
  c(d - sqrt((x / tx - a[1])^2 + (b[2] - y / ty)^2), d + sqrt((a[2] - x / tx)^2 + (y / ty - b[1])^2))
}
pairs <- expand.grid(x = c(0, 3, 25), y = c(0, 1, 40))
pairs$tx <- 2; pairs$ty <- 5
limits <- t(mapply(mover, pairs$x, pairs$tx, pairs$y, pairs$ty))
difference <- data.frame(pairs[c("x", "tx", "y", "ty")], lower = format(limits[, 1], digits = 15),
                         upper = format(limits[, 2], digits = 15))
write.csv(difference, "difference.csv", row.names = FALSE, quote = FALSE)
