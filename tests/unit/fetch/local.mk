# Unit tests of src/fetch, one program a module.
