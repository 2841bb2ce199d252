"""`make bench`: each module measures one promise and prints what it found."""

from bench import invoer

for module in (
    invoer,
):  # fmt: skip
    module.main()
