"""The rules, one file an area, one function a rule. `catalog` puts them in order."""
