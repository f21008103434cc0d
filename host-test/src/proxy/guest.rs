//! Reading and writing the guest's memory, for its calls of the host.

use wasmtime::Caller;

use super::vm::Host;

/// A call of the host: whatever addresses and lengths a guest gives, they are checked here.
pub(super) type Guest<'a> = Caller<'a, Host>;

/// What a call of the host answers; all but `Ok`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    NotFound = 1,
    BadArgument = 2,
    SerializationFailure = 3,
    ParseFailure = 4,
    InvalidMemoryAccess = 6,
    InternalFailure = 10,
    Unimplemented = 12,
}

/// The bytes at this address.
pub(super) fn read(guest: &Guest<'_>, at: u32, len: u32) -> Result<Vec<u8>, Status> {
    let memory = guest.data().memory.ok_or(Status::InvalidMemoryAccess)?;
    let bytes = memory.data(guest).get(at as usize..).and_then(|rest| rest.get(..len as usize));
    Ok(bytes.ok_or(Status::InvalidMemoryAccess)?.to_vec())
}

/// Writes bytes at this address.
pub(super) fn write(guest: &mut Guest<'_>, at: u32, bytes: &[u8]) -> Result<(), Status> {
    let memory = guest.data().memory.ok_or(Status::InvalidMemoryAccess)?;
    let room = memory.data_mut(guest).get_mut(at as usize..).and_then(|rest| rest.get_mut(..bytes.len()));
    room.ok_or(Status::InvalidMemoryAccess)?.copy_from_slice(bytes);
    Ok(())
}

/// Writes a number at this address.
pub(super) fn write_u32(guest: &mut Guest<'_>, at: u32, value: u32) -> Result<(), Status> {
    write(guest, at, &value.to_le_bytes())
}

/// Hands bytes over in memory that the guest allocates; nothing is allocated for none, and the address is 0.
pub(super) fn hand_over(guest: &mut Guest<'_>, bytes: &[u8], address_at: u32, len_at: u32) -> Result<(), Status> {
    let len = u32::try_from(bytes.len()).map_err(|_| Status::InvalidMemoryAccess)?;
    let address = if len == 0 { 0 } else { allocate(guest, len)? };
    if len != 0 {
        write(guest, address, bytes)?;
    }
    write_u32(guest, address_at, address)?;
    write_u32(guest, len_at, len)
}

/// Asks the guest for memory. While it allocates it may call nothing but `proxy_log`.
fn allocate(guest: &mut Guest<'_>, len: u32) -> Result<u32, Status> {
    let malloc = guest.data().malloc.clone().ok_or(Status::InvalidMemoryAccess)?;
    guest.data_mut().restricted = true;
    let address = malloc.call(&mut *guest, len);
    guest.data_mut().restricted = false;
    match address {
        Ok(0) => Err(Status::InvalidMemoryAccess),
        Ok(address) => Ok(address),
        Err(error) => {
            guest.data_mut().fail("malloc", &error);
            Err(Status::InvalidMemoryAccess)
        }
    }
}
