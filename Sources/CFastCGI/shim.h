/* libfcgi, and nothing else. */
#ifndef DOWNLOADVIEW_CFASTCGI_SHIM_H
#define DOWNLOADVIEW_CFASTCGI_SHIM_H

#include <fastcgi.h>
#include <fcgiapp.h>

#endif
