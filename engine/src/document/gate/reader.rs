//! Reading numbers and slices, strictly and without setting anything aside.

use super::GateError;

/// A place in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Reader { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) fn take(&mut self, count: u64) -> Result<&'a [u8], GateError> {
        let count = usize::try_from(count).map_err(|_| GateError::Malformed("it ends too early"))?;
        let (taken, rest) =
            self.rest.split_at_checked(count).ok_or(GateError::Malformed("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, GateError> {
        Ok(self.take(1)?[0])
    }

    /// An unsigned number in LEB128 (DWARF 5, section 7.6), in its shortest form.
    pub(super) fn unsigned(&mut self) -> Result<u64, GateError> {
        let mut value = 0_u64;
        for place in 0..10 {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // The tenth byte holds the 64th bit and nothing else.
            if place == 9 && bits > 1 {
                return Err(GateError::Malformed("a number is too large"));
            }
            value |= bits << (7 * place);
            if byte & 0x80 == 0 {
                let shortest = byte != 0 || place == 0;
                return if shortest { Ok(value) } else { Err(GateError::Malformed("a number is padded")) };
            }
        }
        Err(GateError::Malformed("a number is too long"))
    }

    /// A signed number in LEB128, in its shortest form.
    pub(super) fn signed(&mut self) -> Result<i64, GateError> {
        let mut value = 0_i64;
        let mut before = None;
        for place in 0..10 {
            let byte = self.byte()?;
            let bits = i64::from(byte & 0x7f);
            if place == 9 && bits != 0 && bits != 0x7f {
                return Err(GateError::Malformed("a number is too large"));
            }
            value |= bits << (7 * place);
            if byte & 0x80 == 0 {
                let negative = byte & 0x40 != 0;
                if negative && place < 9 {
                    value |= -1_i64 << (7 * (place + 1));
                }
                // A last byte that only repeats the sign of the one before is padding.
                let padded = before.is_some_and(|last: u8| {
                    (byte == 0 && last & 0x40 == 0) || (byte == 0x7f && last & 0x40 != 0)
                });
                return if padded { Err(GateError::Malformed("a number is padded")) } else { Ok(value) };
            }
            before = Some(byte);
        }
        Err(GateError::Malformed("a number is too long"))
    }
}

/// A number as [`Reader::unsigned`] reads it.
pub(super) fn write_unsigned(mut value: u64, out: &mut Vec<u8>) {
    loop {
        let bits = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            out.push(bits);
            return;
        }
        out.push(bits | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_survive(value: u64) {
            let mut bytes = Vec::new();
            write_unsigned(value, &mut bytes);
            prop_assert_eq!(Reader::new(&bytes).unsigned(), Ok(value));
        }

        #[test]
        fn any_bytes_are_a_number_or_an_error(bytes: Vec<u8>) {
            let _ = Reader::new(&bytes).unsigned();
            let _ = Reader::new(&bytes).signed();
        }
    }

    #[test]
    fn signed_numbers() {
        let read = |bytes: &[u8]| Reader::new(bytes).signed();
        assert_eq!(read(&[0x02]), Ok(2));
        assert_eq!(read(&[0x7e]), Ok(-2));
        assert_eq!(read(&[0xff, 0x00]), Ok(127));
        assert_eq!(read(&[0x80, 0x7f]), Ok(-128));
        let least = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f];
        assert_eq!(read(&least), Ok(i64::MIN));
        assert!(read(&[0x82, 0x00]).is_err(), "padded");
        assert!(read(&[0xfe, 0x7f]).is_err(), "padded");
    }

    #[test]
    fn padded_and_endless_numbers_are_refused() {
        assert!(Reader::new(&[0x80, 0x00]).unsigned().is_err());
        assert!(Reader::new(&[0xff; 11]).unsigned().is_err());
        assert!(Reader::new(&[0x80]).unsigned().is_err());
    }
}
