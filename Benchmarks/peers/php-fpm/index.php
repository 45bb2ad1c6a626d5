<?php
// The same downloads with PHP-FPM: `echo` of each piece, no output buffer of PHP's own.
while (ob_get_level() > 0) ob_end_clean();
$n = (int) ($_GET['n'] ?? -1);
header('Content-Disposition: attachment; filename="bench"');
header('X-Accel-Buffering: no');
switch ($_SERVER['DOCUMENT_URI']) {
    case '/bench/hello':
        header('Content-Type: text/plain');
        header('Content-Length: 13');
        echo 'Hello, ';
        echo 'world';
        echo "\n";
        break;
    case '/bench/gen':
        header('Content-Type: application/octet-stream');
        if (isset($_GET['size'])) header("Content-Length: $n");
        $piece = str_repeat('x', 65536);
        for (; $n > 0; $n -= 65536) echo $n < 65536 ? substr($piece, 0, $n) : $piece;
        break;
    case '/bench/rows':
        header('Content-Type: text/csv');
        for (; $n > 0; $n--) echo "0000001,customer-000001,0000.01\n";
        break;
    default:
        http_response_code(404);
}
