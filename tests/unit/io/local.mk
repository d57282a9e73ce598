# Unit tests of src/io, one program a module.
