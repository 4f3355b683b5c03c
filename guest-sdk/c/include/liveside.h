/* Liveside components in C: everything an author needs. README.md beside this directory begins from nothing. */
#ifndef LIVESIDE_H
#define LIVESIDE_H

#include "liveside/component.h"
#include "liveside/context.h"
#include "liveside/json.h"
#include "liveside/result.h"
#include "liveside/text.h"

#endif
