# Unit tests of src/store, one program a module.
