// PCRE2 for bytes: https://www.pcre.org/current/doc/html/pcre2api.html
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
