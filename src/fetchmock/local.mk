# The program fetchmock.
