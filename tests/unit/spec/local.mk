# Unit tests of src/spec, one program a module.
