"""What is measured: `make bench` runs each module's main(), which prints its figures."""
