"""The studio that draws and voices the sample program. Nothing here runs in the product."""
