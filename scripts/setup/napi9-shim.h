// Why this exists: better-sqlite3 13 is written for Node-API 10, which Electron before 35 (and Node before
// 22.14) does not have. The one thing it needs from version 10 is a reference to any value; in version 9
// napi_create_reference takes objects, functions and symbols only and fails on strings, numbers, bigints
// and null. Included ahead of the library's own source, this header routes the three reference functions
// through a box: another value is put into a one-element array, the reference points at the array, and
// reading the reference unwraps it.
#pragma once
#include <node_api.h>
#include <unordered_set>

namespace napi9 {

// The references that point at a box. Per thread, as a Node-API environment belongs to one thread.
inline std::unordered_set<napi_ref>& boxes() {
  thread_local std::unordered_set<napi_ref> references;
  return references;
}

inline napi_status createReference(napi_env env, napi_value value, uint32_t count, napi_ref* result) {
  napi_valuetype type;
  napi_status status = napi_typeof(env, value, &type);
  if (status != napi_ok) return status;
  if (type == napi_object || type == napi_function || type == napi_symbol) {
    return napi_create_reference(env, value, count, result);
  }
  napi_value box;
  status = napi_create_array_with_length(env, 1, &box);
  if (status != napi_ok) return status;
  status = napi_set_element(env, box, 0, value);
  if (status != napi_ok) return status;
  status = napi_create_reference(env, box, count, result);
  if (status == napi_ok) boxes().insert(*result);
  return status;
}

inline napi_status getReferenceValue(napi_env env, napi_ref reference, napi_value* result) {
  napi_status status = napi_get_reference_value(env, reference, result);
  if (status != napi_ok || *result == nullptr || boxes().count(reference) == 0) return status;
  return napi_get_element(env, *result, 0, result);
}

inline napi_status deleteReference(napi_env env, napi_ref reference) {
  boxes().erase(reference);
  return napi_delete_reference(env, reference);
}

}  // namespace napi9

#define napi_create_reference napi9::createReference
#define napi_get_reference_value napi9::getReferenceValue
#define napi_delete_reference napi9::deleteReference
