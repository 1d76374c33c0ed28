"""What differs from driver to driver: one module each, imported only when it is used."""
