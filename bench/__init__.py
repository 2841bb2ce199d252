"""Measurements of promises with a figure; `make bench` takes them all."""
