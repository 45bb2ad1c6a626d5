/* What the Swift side needs of libfcgi; everything else is private to the C library. */
#ifndef DOWNLOADVIEW_CFASTCGI_SHIM_H
#define DOWNLOADVIEW_CFASTCGI_SHIM_H
#include <fastcgi.h>
#include <fcgiapp.h>
#endif
