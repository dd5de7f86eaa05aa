"""The commands of `clinicraft`, one file each; every module offers `register(app)`."""
