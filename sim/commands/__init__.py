"""The commands of ``sim``, one file each."""
