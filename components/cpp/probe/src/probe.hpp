// Every feature once: a fixture for the conformance tests, not an example.
#pragma once

#include <liveside.hpp>

#ifndef PROBE_VERSION
#define PROBE_VERSION 1
#endif

/// What the versions call differently.
#if PROBE_VERSION == 1
inline constexpr const char *version = "1.0.0", *number = "value", *other_number = "amount",
                            *default_state = "{'value': 0, 'log': [], 'changed': []}",
                            *set_schema = "{'type':'object','required':['value'],'properties':{'value':{'type':'integer'}}}";
#else
inline constexpr const char *version = "2.0.0", *number = "amount", *other_number = "value",
                            *default_state = "{'amount': 0, 'log': [], 'changed': []}",
                            *set_schema = "{'type':'object','required':['amount'],'properties':{'amount':{'type':'integer'}}}";
#endif

/// Puts the actions into the probe's table.
void add_actions(liveside::Component &probe);

// What the C++ library says about files, variables and networks.
liveside::Answer outside(liveside::Context &cx);
liveside::Answer read_file(liveside::Context &cx, liveside::Json payload);
liveside::Done write_file(liveside::Context &cx, liveside::Json payload);
liveside::Answer variable(liveside::Context &cx, liveside::Json payload);
liveside::Done print(liveside::Context &cx, liveside::Json payload);

/// Prints the beginning of a line that never ends.
void say_goodbye();

/// A singleton.
liveside::Component &hall();
/// The logic of rooms.
liveside::Component &box();
