# Unit tests of src/run, one program a module.
