# Unit tests of src/data, one program a module.
