#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| tpmock_fuzz::targets::seed(input));
