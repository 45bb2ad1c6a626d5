extension MediaTypeTable {
    /// The types of the file name endings that downloads commonly have.
    ///
    /// What IANA registered comes first; where it has nothing, the name that is in common use.
    public static let builtIn = MediaTypeTable(
        mimeTypes: """
            # Text
            text/plain txt text log conf ini env diff patch asc srt
            text/csv csv
            text/tab-separated-values tsv
            text/html html htm
            text/css css
            text/javascript js mjs cjs
            text/markdown md markdown
            text/calendar ics ifb
            text/vcard vcf vcard
            text/vtt vtt
            text/x-c c h
            text/x-c++ cc cpp cxx hh hpp
            text/x-java-source java
            text/x-python py
            text/x-ruby rb
            text/x-perl pl pm
            text/x-rust rs
            text/x-go go
            text/x-swift swift
            text/x-kotlin kt kts
            text/x-scala scala
            text/x-typescript tsx
            text/x-lua lua
            text/x-haskell hs
            text/x-tex tex sty cls
            text/x-bibtex bib
            text/x-rst rst
            text/x-scss scss
            text/x-sass sass
            text/x-less less
            text/x-component htc
            text/troff roff man
            text/uri-list uri uris
            text/cache-manifest appcache manifest
            text/x-asm s asm
            text/x-pascal pas
            text/x-fortran f f90
            text/x-diff rej
            text/turtle ttl
            text/n3 n3
            text/sgml sgml sgm
            text/richtext rtx
            text/x-gettext-translation po
            text/x-properties properties

            # Data
            application/json json map
            application/ld+json jsonld
            application/geo+json geojson
            application/manifest+json webmanifest
            application/jsonl jsonl
            application/x-ndjson ndjson
            application/json5 json5
            application/json-seq json-seq
            application/har+json har
            application/x-ipynb+json ipynb
            application/schema+json jsonschema
            application/xml xml xsd rng
            application/xml-dtd dtd mod
            application/xslt+xml xslt xsl
            application/xhtml+xml xhtml xht
            application/rss+xml rss
            application/atom+xml atom
            application/rdf+xml rdf owl
            application/gpx+xml gpx
            application/vnd.google-earth.kml+xml kml
            application/vnd.google-earth.kmz kmz
            application/tcx+xml tcx
            application/gml+xml gml
            application/mathml+xml mathml
            application/smil+xml smil smi
            application/xspf+xml xspf
            application/dash+xml mpd
            application/yaml yaml yml
            application/toml toml
            application/graphql gql graphql
            application/sql sql
            application/wasm wasm
            application/cbor cbor
            application/msgpack msgpack
            application/vnd.apache.parquet parquet
            application/vnd.apache.arrow.file arrow feather
            application/vnd.apache.avro avro
            application/x-protobuf pb proto
            application/vnd.sqlite3 sqlite sqlite3 db
            application/geopackage+sqlite3 gpkg
            application/x-hdf5 hdf5 h5
            application/x-netcdf nc cdf
            application/n-triples nt
            application/n-quads nq
            application/trig trig
            application/mbox mbox
            message/rfc822 eml mht mhtml
            application/vnd.ms-outlook msg

            # Documents
            application/pdf pdf
            application/rtf rtf
            application/postscript ps eps ai
            application/epub+zip epub
            application/vnd.amazon.ebook azw
            application/x-mobipocket-ebook mobi prc
            application/vnd.comicbook+zip cbz
            application/vnd.comicbook-rar cbr
            image/vnd.djvu djvu djv
            application/oxps oxps
            application/vnd.ms-xpsdocument xps
            application/x-dvi dvi
            application/msword doc dot
            application/vnd.ms-word.document.macroEnabled.12 docm
            application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
            application/vnd.openxmlformats-officedocument.wordprocessingml.template dotx
            application/vnd.ms-excel xls xlt xla xlm xlw
            application/vnd.ms-excel.sheet.macroEnabled.12 xlsm
            application/vnd.ms-excel.sheet.binary.macroEnabled.12 xlsb
            application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
            application/vnd.openxmlformats-officedocument.spreadsheetml.template xltx
            application/vnd.ms-powerpoint ppt pps pot
            application/vnd.ms-powerpoint.presentation.macroEnabled.12 pptm
            application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
            application/vnd.openxmlformats-officedocument.presentationml.slideshow ppsx
            application/vnd.openxmlformats-officedocument.presentationml.template potx
            application/vnd.oasis.opendocument.text odt
            application/vnd.oasis.opendocument.text-template ott
            application/vnd.oasis.opendocument.spreadsheet ods
            application/vnd.oasis.opendocument.spreadsheet-template ots
            application/vnd.oasis.opendocument.presentation odp
            application/vnd.oasis.opendocument.presentation-template otp
            application/vnd.oasis.opendocument.graphics odg
            application/vnd.oasis.opendocument.formula odf
            application/vnd.oasis.opendocument.base odb
            application/vnd.apple.pages pages
            application/vnd.apple.numbers numbers
            application/vnd.apple.keynote key
            application/vnd.visio vsd vss vst
            application/vnd.ms-visio.drawing.main+xml vsdx
            application/vnd.ms-project mpp
            application/vnd.ms-access mdb
            application/onenote one onetoc
            application/vnd.wordperfect wpd
            application/vnd.stardivision.writer sdw
            application/vnd.sun.xml.writer sxw
            application/vnd.sun.xml.calc sxc

            # Archives and packages: the type of the file itself, so that no client unpacks it unasked
            application/zip zip
            application/gzip gz tgz tar.gz svgz
            application/x-tar tar
            application/x-bzip2 bz2 tbz tbz2 tar.bz2
            application/x-xz xz txz tar.xz
            application/zstd zst tzst tar.zst
            application/x-brotli br
            application/x-lzip lz
            application/x-lzma lzma
            application/x-lz4 lz4
            application/x-compress z
            application/x-7z-compressed 7z
            application/vnd.rar rar
            application/x-cpio cpio
            application/x-ace-compressed ace
            application/x-arj arj
            application/x-lzh-compressed lha lzh
            application/x-stuffit sit
            application/vnd.ms-cab-compressed cab
            application/x-iso9660-image iso
            application/x-apple-diskimage dmg
            application/java-archive jar war ear
            application/vnd.android.package-archive apk
            application/vnd.debian.binary-package deb udeb ddeb
            application/x-rpm rpm
            application/vnd.flatpak flatpak
            application/vnd.snap snap
            application/vnd.appimage appimage
            application/x-xpinstall xpi
            application/x-msi msi
            application/vnd.microsoft.portable-executable exe dll
            application/octet-stream bin img dat dump pkg so dylib o a deploy
            application/x-sh sh bash zsh
            application/x-csh csh
            application/x-bat bat cmd
            application/x-powershell ps1
            application/x-httpd-php php
            application/x-tcl tcl
            application/java-vm class
            application/x-bittorrent torrent
            application/metalink4+xml meta4

            # Keys and signatures
            application/pgp-encrypted pgp gpg
            application/pgp-signature sig
            application/pgp-keys pgpkey
            application/x-x509-ca-cert crt der
            application/pkix-cert cer
            application/pkix-crl crl
            application/x-pem-file pem
            application/pkcs7-mime p7m p7c
            application/pkcs7-signature p7s
            application/pkcs8 p8
            application/pkcs10 p10 csr
            application/x-pkcs12 p12 pfx
            application/timestamped-data tsd
            application/vnd.apple.pkpass pkpass
            application/x-apple-aspen-config mobileconfig

            # Images
            image/png png
            image/apng apng
            image/jpeg jpg jpeg jpe jfif
            image/gif gif
            image/webp webp
            image/avif avif
            image/heic heic
            image/heif heif
            image/jxl jxl
            image/jp2 jp2 jpg2
            image/svg+xml svg
            image/bmp bmp dib
            image/tiff tif tiff
            image/vnd.microsoft.icon ico cur
            image/vnd.adobe.photoshop psd
            image/x-xcf xcf
            image/x-portable-pixmap ppm
            image/x-portable-graymap pgm
            image/x-portable-bitmap pbm
            image/x-portable-anymap pnm
            image/x-xbitmap xbm
            image/x-xpixmap xpm
            image/x-tga tga
            image/x-pcx pcx
            image/x-exr exr
            image/vnd.radiance hdr
            image/ktx ktx
            image/ktx2 ktx2
            image/vnd.ms-dds dds
            image/x-adobe-dng dng
            image/x-canon-cr2 cr2
            image/x-nikon-nef nef
            image/x-sony-arw arw
            image/emf emf
            image/wmf wmf
            image/vnd.dxf dxf
            image/vnd.dwg dwg
            image/fits fits fit fts

            # Sound
            audio/mpeg mp3 mp2 mpga
            audio/mp4 m4a m4b
            audio/aac aac adts
            audio/ogg oga ogg spx opus
            audio/flac flac
            audio/vnd.wave wav
            audio/x-aiff aif aiff aifc
            audio/midi mid midi
            audio/webm weba
            audio/matroska mka
            audio/amr amr
            audio/basic au snd
            audio/x-ms-wma wma
            audio/x-mpegurl m3u
            application/vnd.apple.mpegurl m3u8
            audio/x-scpls pls

            # Moving pictures
            video/mp4 mp4 m4v mp4v
            video/webm webm
            video/ogg ogv
            video/quicktime mov qt
            video/mpeg mpeg mpg mpe m1v m2v
            video/matroska mkv
            video/x-msvideo avi
            video/x-ms-wmv wmv
            video/x-ms-asf asf asx
            video/x-flv flv
            video/3gpp 3gp
            video/3gpp2 3g2
            video/mp2t ts m2ts mts
            video/dv dv
            video/mj2 mj2 mjp2
            application/mxf mxf
            application/ogg ogx

            # Fonts and models
            font/ttf ttf
            font/otf otf
            font/woff woff
            font/woff2 woff2
            font/collection ttc
            application/vnd.ms-fontobject eot
            model/gltf+json gltf
            model/gltf-binary glb
            model/obj obj
            model/mtl mtl
            model/stl stl
            model/3mf 3mf
            model/step step stp
            model/iges igs iges
            model/vrml wrl vrml
            model/vnd.collada+xml dae
            model/vnd.usdz+zip usdz
            application/x-blender blend
            chemical/x-pdb pdb
            chemical/x-cif cif
            chemical/x-xyz xyz
            """
    )
}
