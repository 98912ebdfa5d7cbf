# Rscript spdep.R: statistics of made-up units by R's spdep, written beside this file: spdep_units.csv (values,
# people and places), spdep_links.csv (weights as made), spdep_local.csv, spdep_global.csv, spdep_rates.csv and
# spdep_adjusted.csv (made with spdep 1.2-7; Debian: r-cran-spdep).
#
# Three sets of weights on the same 60 units, of which some are islands in two: `near` (4 nearest, not
# symmetric), `band` (distance at most 14), `decay` (1 - d / 20 below 20, symmetric, not uniform). Styles B and
# W. For Gi* the unit's own weight is 1 before standardisation.
suppressMessages(library(spdep))
arguments <- commandArgs(trailingOnly = FALSE)
folder <- dirname(sub("--file=", "", grep("--file=", arguments, value = TRUE)))
save <- function(rows, name) write.csv(rows, file.path(folder, name), row.names = FALSE, quote = FALSE)
number <- function(x) sprintf("%.17g", x)

set.seed(11)
n <- 60
xy <- round(cbind(runif(n, 0, 100), runif(n, 0, 100)), 3)
people <- round(exp(rnorm(n, 6, 1))) + 5
events <- rpois(n, people * 0.02 * (1 + 2 * (xy[, 1] < 40 & xy[, 2] < 50)))
values <- events + round(runif(n), 2)
save(data.frame(x = number(xy[, 1]), y = number(xy[, 2]), value = number(values), events = events, people = people), "spdep_units.csv")

decay <- dnearneigh(xy, 0, 19.9999)
sets <- list(
  near = list(nb = knn2nb(knearneigh(xy, 4)), glist = NULL),
  band = list(nb = dnearneigh(xy, 0, 14), glist = NULL),
  decay = list(nb = decay, glist = lapply(nbdists(decay, xy), function(d) 1 - d / 20)))
links <- NULL; local <- NULL; global <- NULL
for (name in names(sets)) {
  nb <- sets[[name]]$nb; glist <- sets[[name]]$glist
  if (is.null(glist)) glist <- lapply(nb, function(j) if (j[1] == 0) NULL else rep(1, length(j)))
  for (i in 1:n) if (nb[[i]][1] != 0) links <- rbind(links, data.frame(set = name, from = i - 1, to = nb[[i]] - 1, weight = number(glist[[i]])))
  self <- include.self(nb)
  gself <- lapply(1:n, function(i) { w <- rep(1, length(self[[i]])); w[self[[i]] != i] <- glist[[i]]; w })
  for (style in c("B", "W")) {
    lw <- nb2listw(nb, glist = glist, style = style, zero.policy = TRUE)
    lws <- nb2listw(self, glist = gself, style = style, zero.policy = TRUE)
    g <- localG(values, lw, zero.policy = TRUE)
    gs <- localG(values, lws, zero.policy = TRUE)
    m <- localmoran(values, lw, zero.policy = TRUE)
    local <- rbind(local, data.frame(set = name, style = style, unit = 1:n - 1, g = number(g), gstar = number(gs),
      i = number(m[, 1]), expected = number(m[, 2]), variance = number(m[, 3]), z = number(m[, 4]), p = number(m[, 5])))
    # Geary without the islands: geary.test takes two numbers of units for one where there are some.
    there <- card(nb) > 0
    lwt <- nb2listw(subset(nb, there), glist = glist[there], style = style)
    tests <- list(moran = moran.test(values, lw, zero.policy = TRUE, alternative = "two.sided"),
      geary = geary.test(values[there], lwt, alternative = "two.sided"),
      `getis-ord-g` = suppressWarnings(globalG.test(values, lw, zero.policy = TRUE, alternative = "two.sided")))
    for (t in names(tests)) global <- rbind(global, data.frame(set = name, style = style, statistic = t,
      value = number(tests[[t]]$estimate[1]), expected = number(tests[[t]]$estimate[2]), variance = number(tests[[t]]$estimate[3]),
      z = number(tests[[t]]$statistic), p = number(tests[[t]]$p.value)))
  }
}
save(links, "spdep_links.csv"); save(local, "spdep_local.csv"); save(global, "spdep_global.csv")
best <- EBest(events, people); localised <- EBlocal(events, people, sets$band$nb, zero.policy = TRUE)
save(data.frame(global = number(best$estmm), local = number(localised$est)), "spdep_rates.csv")
p <- local$p[local$set == "near" & local$style == "W"]; p <- as.numeric(p)
save(data.frame(p = number(p), bh = number(p.adjust(p, "BH")), by = number(p.adjust(p, "BY")), bonferroni = number(p.adjust(p, "bonferroni"))), "spdep_adjusted.csv")
