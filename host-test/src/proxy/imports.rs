//! The functions that the host offers to a filter.

use wasmtime::{Linker, Result, bail};

use super::guest::{Guest, Status, hand_over, read, write, write_u32};
use super::headers::Headers;
use super::stream::{Local, Side, Stream};
use super::vm::{Deferred, Host, Log, LogLevel};

type Answer = std::result::Result<(), Status>;

const MAX_MAP: u32 = 7;
const MAX_BUFFER: u32 = 8;

/// Lists the functions with their parameters once: their names, and how they are linked.
macro_rules! functions {
    ($($name:literal => $function:ident($($argument:ident: $kind:ty),*);)*) => {
        /// The names of all functions that are offered.
        pub(super) const NAMES: &[&str] = &[$($name),*];

        /// Offers all functions.
        pub(super) fn offer(linker: &mut Linker<Host>) -> Result<()> {
            $(linker.func_wrap("env", $name, |mut guest: Guest<'_>, $($argument: $kind),*| -> Result<u32> {
                if guest.data().restricted && $name != "proxy_log" {
                    bail!("{} is not allowed here", $name);
                }
                Ok(match $function(&mut guest, $($argument),*) {
                    Ok(()) => 0,
                    Err(status) => status as u32,
                })
            })?;)*
            Ok(())
        }
    };
}

functions! {
    "proxy_log" => log(level: u32, at: u32, len: u32);
    "proxy_get_log_level" => get_log_level(level_at: u32);
    "proxy_get_current_time_nanoseconds" => get_time(time_at: u32);
    "proxy_set_tick_period_milliseconds" => set_tick_period(period: u32);
    "proxy_get_buffer_bytes" => get_buffer(buffer: u32, start: u32, len: u32, address_at: u32, len_at: u32);
    "proxy_get_buffer_status" => get_buffer_status(buffer: u32, len_at: u32, flags_at: u32);
    "proxy_set_buffer_bytes" => set_buffer(buffer: u32, start: u32, len: u32, at: u32, new_len: u32);
    "proxy_get_header_map_pairs" => get_map(map: u32, address_at: u32, len_at: u32);
    "proxy_set_header_map_pairs" => set_map(map: u32, at: u32, len: u32);
    "proxy_get_header_map_size" => get_map_size(map: u32, size_at: u32);
    "proxy_get_header_map_value" => get_value(map: u32, name: u32, name_len: u32, address_at: u32, len_at: u32);
    "proxy_add_header_map_value" => add_value(map: u32, name: u32, name_len: u32, value: u32, value_len: u32);
    "proxy_replace_header_map_value" => replace_value(map: u32, name: u32, name_len: u32, value: u32, value_len: u32);
    "proxy_remove_header_map_value" => remove_value(map: u32, name: u32, name_len: u32);
    "proxy_get_property" => get_property(path: u32, path_len: u32, address_at: u32, len_at: u32);
    "proxy_set_property" => set_property(path: u32, path_len: u32, value: u32, value_len: u32);
    "proxy_continue_stream" => continue_stream(stream: u32);
    "proxy_close_stream" => close_stream(stream: u32);
    "proxy_send_local_response" => send_local_response(status: u32, details: u32, details_len: u32, body: u32,
        body_len: u32, headers: u32, headers_len: u32, grpc_status: u32);
    "proxy_set_effective_context" => set_effective_context(context: u32);
    "proxy_done" => done();
    "proxy_define_metric" => define_metric(kind: u32, name: u32, name_len: u32, number_at: u32);
    "proxy_increment_metric" => increment_metric(number: u32, by: i64);
    "proxy_record_metric" => record_metric(number: u32, value: u64);
    "proxy_get_metric" => get_metric(number: u32, value_at: u32);
    "proxy_get_status" => get_status(code_at: u32, address_at: u32, len_at: u32);
    "proxy_get_shared_data" => get_shared_data(key: u32, key_len: u32, address_at: u32, len_at: u32, cas_at: u32);
    "proxy_set_shared_data" => set_shared_data(key: u32, key_len: u32, value: u32, value_len: u32, cas: u32);
    "proxy_register_shared_queue" => register_queue(name: u32, name_len: u32, number_at: u32);
    "proxy_resolve_shared_queue" => resolve_queue(vm: u32, vm_len: u32, name: u32, name_len: u32, number_at: u32);
    "proxy_dequeue_shared_queue" => dequeue(queue: u32, address_at: u32, len_at: u32);
    "proxy_enqueue_shared_queue" => enqueue(queue: u32, value: u32, value_len: u32);
    "proxy_http_call" => http_call(upstream: u32, upstream_len: u32, headers: u32, headers_len: u32, body: u32,
        body_len: u32, trailers: u32, trailers_len: u32, timeout: u32, number_at: u32);
    "proxy_grpc_call" => grpc_call(upstream: u32, upstream_len: u32, service: u32, service_len: u32, method: u32,
        method_len: u32, metadata: u32, metadata_len: u32, message: u32, message_len: u32, timeout: u32,
        number_at: u32);
    "proxy_grpc_stream" => grpc_stream(upstream: u32, upstream_len: u32, service: u32, service_len: u32, method: u32,
        method_len: u32, metadata: u32, metadata_len: u32, number_at: u32);
    "proxy_grpc_send" => grpc_send(number: u32, message: u32, message_len: u32, end: u32);
    "proxy_grpc_cancel" => grpc_end(number: u32);
    "proxy_grpc_close" => grpc_end(number: u32);
    "proxy_call_foreign_function" => call_foreign_function(name: u32, name_len: u32, arguments: u32,
        arguments_len: u32, address_at: u32, len_at: u32);
}

fn log(guest: &mut Guest<'_>, level: u32, at: u32, len: u32) -> Answer {
    let level = LogLevel::from_number(level).ok_or(Status::BadArgument)?;
    let message = String::from_utf8_lossy(&read(guest, at, len)?).into_owned();
    guest.data_mut().outside.logs.push(Log { level, message });
    Ok(())
}

fn get_log_level(guest: &mut Guest<'_>, level_at: u32) -> Answer {
    let level = guest.data().settings.log_level as u32;
    write_u32(guest, level_at, level)
}

fn get_time(guest: &mut Guest<'_>, time_at: u32) -> Answer {
    let now = guest.data().outside.now;
    write(guest, time_at, &now.to_le_bytes())
}

fn set_tick_period(guest: &mut Guest<'_>, period: u32) -> Answer {
    guest.data_mut().tick_period = period;
    Ok(())
}

/// The bytes of a buffer as they stand.
fn buffer(host: &mut Host, number: u32) -> std::result::Result<&[u8], Status> {
    match number {
        0 | 1 => {
            let side = if number == 0 { Side::Request } else { Side::Response };
            Ok(host.stream().filter(|stream| !stream.logging).map_or(&[], |stream| stream.half(side).body()))
        }
        // No connection's data, no message of gRPC, no arguments of a foreign function: all empty.
        2 | 3 | 5 | 8 => Ok(&[]),
        6 => Ok(&host.settings.vm_configuration),
        7 if host.configuring => Ok(&host.settings.configuration),
        4 | 7 => Err(Status::NotFound),
        _ => Err(Status::BadArgument),
    }
}

fn get_buffer(guest: &mut Guest<'_>, number: u32, start: u32, len: u32, address_at: u32, len_at: u32) -> Answer {
    let bytes = buffer(guest.data_mut(), number)?;
    let rest = bytes.get(start as usize..).unwrap_or_default();
    let wanted = rest.get(..len as usize).unwrap_or(rest).to_vec();
    hand_over(guest, &wanted, address_at, len_at)
}

fn get_buffer_status(guest: &mut Guest<'_>, number: u32, len_at: u32, flags_at: u32) -> Answer {
    let len = buffer(guest.data_mut(), number)?.len();
    write_u32(guest, len_at, u32::try_from(len).unwrap_or(u32::MAX))?;
    write_u32(guest, flags_at, 0)
}

fn set_buffer(guest: &mut Guest<'_>, number: u32, start: u32, len: u32, at: u32, new_len: u32) -> Answer {
    if number > MAX_BUFFER {
        return Err(Status::BadArgument);
    }
    buffer(guest.data_mut(), number)?;
    let bytes = read(guest, at, new_len)?;
    let side = match number {
        0 => Side::Request,
        1 => Side::Response,
        _ => return Err(Status::BadArgument),
    };
    let host = guest.data_mut();
    let limit = host.settings.buffer_limit;
    let stream = host.stream().filter(|stream| !stream.logging).ok_or(Status::BadArgument)?;
    stream.half(side).set_body(start, len, &bytes, limit)
}

/// The map to write to.
fn map_mut<'a>(guest: &'a mut Guest<'_>, map: u32, more: usize) -> std::result::Result<&'a mut Headers, Status> {
    let stream = guest.data_mut().stream().ok_or(Status::BadArgument)?;
    let headers = stream.map_mut(map).ok_or(Status::BadArgument)?;
    if Stream::has_room(headers, more) { Ok(headers) } else { Err(Status::InternalFailure) }
}

fn known_map(map: u32) -> Answer {
    if map > MAX_MAP { Err(Status::BadArgument) } else { Ok(()) }
}

fn get_map(guest: &mut Guest<'_>, map: u32, address_at: u32, len_at: u32) -> Answer {
    known_map(map)?;
    let headers = guest.data_mut().stream().and_then(|stream| stream.map(map));
    let bytes = headers.filter(|headers| !headers.is_empty()).map(Headers::serialize).unwrap_or_default();
    hand_over(guest, &bytes, address_at, len_at)
}

fn set_map(guest: &mut Guest<'_>, map: u32, at: u32, len: u32) -> Answer {
    known_map(map)?;
    let headers = Headers::parse(&read(guest, at, len)?);
    *map_mut(guest, map, 0)? = headers;
    Ok(())
}

fn get_map_size(guest: &mut Guest<'_>, map: u32, size_at: u32) -> Answer {
    known_map(map)?;
    let size = map_mut(guest, map, 0)?.size();
    write_u32(guest, size_at, u32::try_from(size).unwrap_or(u32::MAX))
}

fn get_value(guest: &mut Guest<'_>, map: u32, name: u32, name_len: u32, address_at: u32, len_at: u32) -> Answer {
    known_map(map)?;
    let name = read(guest, name, name_len)?;
    let stream = guest.data_mut().stream().ok_or(Status::BadArgument)?;
    let gone = if stream.logging { Status::NotFound } else { Status::BadArgument };
    let value = stream.map(map).ok_or(gone)?.get(name).ok_or(Status::NotFound)?.to_vec();
    hand_over(guest, &value, address_at, len_at)
}

fn add_value(guest: &mut Guest<'_>, map: u32, name: u32, name_len: u32, value: u32, value_len: u32) -> Answer {
    known_map(map)?;
    let (name, value) = (read(guest, name, name_len)?, read(guest, value, value_len)?);
    map_mut(guest, map, name.len().saturating_add(value.len()))?.add(name, value);
    Ok(())
}

fn replace_value(guest: &mut Guest<'_>, map: u32, name: u32, name_len: u32, value: u32, value_len: u32) -> Answer {
    known_map(map)?;
    let (name, value) = (read(guest, name, name_len)?, read(guest, value, value_len)?);
    map_mut(guest, map, name.len().saturating_add(value.len()))?.replace(name, value);
    Ok(())
}

fn remove_value(guest: &mut Guest<'_>, map: u32, name: u32, name_len: u32) -> Answer {
    known_map(map)?;
    let name = read(guest, name, name_len)?;
    map_mut(guest, map, 0)?.remove(name);
    Ok(())
}

fn get_property(guest: &mut Guest<'_>, path: u32, path_len: u32, address_at: u32, len_at: u32) -> Answer {
    let path = read(guest, path, path_len)?;
    let host = guest.data_mut();
    let now = host.outside.now;
    let value = match path.as_slice() {
        b"" => return Err(Status::SerializationFailure),
        b"plugin_name" | b"plugin_root_id" | b"plugin_vm_id" => Vec::new(),
        path => host.stream().ok_or(Status::NotFound)?.property(path, now)?,
    };
    hand_over(guest, &value, address_at, len_at)
}

fn set_property(guest: &mut Guest<'_>, path: u32, path_len: u32, value: u32, value_len: u32) -> Answer {
    let (path, value) = (read(guest, path, path_len)?, read(guest, value, value_len)?);
    let stream = guest.data_mut().stream().filter(|stream| !stream.foreign).ok_or(Status::NotFound)?;
    stream.filter_state.insert([b"wasm.", path.as_slice()].concat(), value);
    Ok(())
}

fn continue_stream(guest: &mut Guest<'_>, stream: u32) -> Answer {
    let side = match stream {
        0 => Side::Request,
        1 => Side::Response,
        2 => return Ok(()),
        3 => return Err(Status::Unimplemented),
        _ => return Err(Status::BadArgument),
    };
    let host = guest.data_mut();
    let context = host.acting();
    if let Some(stream) = host.stream().filter(|stream| !stream.logging) {
        // Envoy takes them from the filter, whichever side it lets go on.
        stream.request.sees_headers = false;
        stream.request.sees_piece = false;
        stream.request.sees_trailers = false;
        host.deferred.push_back((context, Deferred::Continue(side)));
    }
    Ok(())
}

fn close_stream(guest: &mut Guest<'_>, stream: u32) -> Answer {
    let host = guest.data_mut();
    let context = host.acting();
    match stream {
        0 | 1 => host.deferred.push_back((context, Deferred::Close)),
        2 | 3 => {}
        _ => return Err(Status::BadArgument),
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "it is the ABI's")]
fn send_local_response(
    guest: &mut Guest<'_>,
    status: u32,
    details: u32,
    details_len: u32,
    body: u32,
    body_len: u32,
    headers: u32,
    headers_len: u32,
    _grpc_status: u32,
) -> Answer {
    read(guest, details, details_len)?;
    let body = read(guest, body, body_len)?;
    let headers = Headers::parse(&read(guest, headers, headers_len)?);
    let host = guest.data_mut();
    let context = host.acting();
    host.deferred.push_back((context, Deferred::Respond(Local { status, body, headers })));
    host.stopped = true;
    Ok(())
}

fn set_effective_context(guest: &mut Guest<'_>, context: u32) -> Answer {
    let host = guest.data_mut();
    if context > super::vm::ROOT && !host.streams.contains_key(&context) {
        return Err(Status::BadArgument);
    }
    host.effective = Some(context).filter(|&context| context != 0);
    Ok(())
}

fn done(guest: &mut Guest<'_>) -> Answer {
    if std::mem::take(&mut guest.data_mut().finishing) { Ok(()) } else { Err(Status::NotFound) }
}

fn define_metric(guest: &mut Guest<'_>, kind: u32, name: u32, name_len: u32, number_at: u32) -> Answer {
    let name = read(guest, name, name_len)?;
    let number = guest.data_mut().outside.metrics.define(kind, &name)?;
    write_u32(guest, number_at, number)
}

fn increment_metric(guest: &mut Guest<'_>, number: u32, by: i64) -> Answer {
    guest.data_mut().outside.metrics.increment(number, by)
}

fn record_metric(guest: &mut Guest<'_>, number: u32, value: u64) -> Answer {
    guest.data_mut().outside.metrics.record(number, value)
}

fn get_metric(guest: &mut Guest<'_>, number: u32, value_at: u32) -> Answer {
    let value = guest.data_mut().outside.metrics.get(number)?;
    write(guest, value_at, &value.to_le_bytes())
}

fn get_status(guest: &mut Guest<'_>, code_at: u32, address_at: u32, len_at: u32) -> Answer {
    write_u32(guest, code_at, 0)?;
    hand_over(guest, b"", address_at, len_at)
}

// What follows needs others that are not there: other VMs, clusters, functions of Envoy's. It says so.

fn get_shared_data(guest: &mut Guest<'_>, key: u32, key_len: u32, _: u32, _: u32, _: u32) -> Answer {
    read(guest, key, key_len)?;
    Err(Status::NotFound)
}

fn set_shared_data(guest: &mut Guest<'_>, key: u32, key_len: u32, value: u32, value_len: u32, _: u32) -> Answer {
    read(guest, key, key_len)?;
    read(guest, value, value_len)?;
    Err(Status::Unimplemented)
}

fn register_queue(guest: &mut Guest<'_>, name: u32, name_len: u32, _: u32) -> Answer {
    read(guest, name, name_len)?;
    Err(Status::Unimplemented)
}

fn resolve_queue(guest: &mut Guest<'_>, vm: u32, vm_len: u32, name: u32, name_len: u32, _: u32) -> Answer {
    read(guest, vm, vm_len)?;
    read(guest, name, name_len)?;
    Err(Status::NotFound)
}

fn dequeue(_: &mut Guest<'_>, _: u32, _: u32, _: u32) -> Answer {
    Err(Status::NotFound)
}

fn enqueue(guest: &mut Guest<'_>, _: u32, value: u32, value_len: u32) -> Answer {
    read(guest, value, value_len)?;
    Err(Status::NotFound)
}

#[expect(clippy::too_many_arguments, reason = "it is the ABI's")]
fn http_call(
    guest: &mut Guest<'_>,
    upstream: u32,
    upstream_len: u32,
    headers: u32,
    headers_len: u32,
    body: u32,
    body_len: u32,
    trailers: u32,
    trailers_len: u32,
    _timeout: u32,
    number_at: u32,
) -> Answer {
    for (at, len) in [(upstream, upstream_len), (headers, headers_len), (body, body_len), (trailers, trailers_len)] {
        read(guest, at, len)?;
    }
    write_u32(guest, number_at, 0)?;
    // What Envoy says of a cluster that it does not know.
    Err(Status::BadArgument)
}

#[expect(clippy::too_many_arguments, reason = "it is the ABI's")]
fn grpc_call(
    guest: &mut Guest<'_>,
    upstream: u32,
    upstream_len: u32,
    service: u32,
    service_len: u32,
    method: u32,
    method_len: u32,
    metadata: u32,
    metadata_len: u32,
    message: u32,
    message_len: u32,
    _timeout: u32,
    number_at: u32,
) -> Answer {
    read(guest, message, message_len)?;
    grpc_stream(
        guest,
        upstream,
        upstream_len,
        service,
        service_len,
        method,
        method_len,
        metadata,
        metadata_len,
        number_at,
    )
}

#[expect(clippy::too_many_arguments, reason = "it is the ABI's")]
fn grpc_stream(
    guest: &mut Guest<'_>,
    upstream: u32,
    upstream_len: u32,
    service: u32,
    service_len: u32,
    method: u32,
    method_len: u32,
    metadata: u32,
    metadata_len: u32,
    _number_at: u32,
) -> Answer {
    for (at, len) in [(upstream, upstream_len), (service, service_len), (method, method_len), (metadata, metadata_len)]
    {
        read(guest, at, len)?;
    }
    // What Envoy says of a cluster that it does not know.
    Err(Status::ParseFailure)
}

fn grpc_send(guest: &mut Guest<'_>, _: u32, message: u32, message_len: u32, _: u32) -> Answer {
    read(guest, message, message_len)?;
    Err(Status::NotFound)
}

fn grpc_end(_: &mut Guest<'_>, _: u32) -> Answer {
    Err(Status::NotFound)
}

fn call_foreign_function(guest: &mut Guest<'_>, name: u32, name_len: u32, _: u32, _: u32, _: u32, _: u32) -> Answer {
    read(guest, name, name_len)?;
    Err(Status::NotFound)
}
