"""The live page: a server on this machine whose page answers a what-if while sliders move."""
