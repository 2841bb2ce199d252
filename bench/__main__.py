"""`make bench`: each module measures one promise and prints what it found."""

from bench import signin

for module in (signin,):
    module.main()
