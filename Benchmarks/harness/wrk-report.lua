-- One line of JSON at the end of a run, for harness/clients.py.
done = function(summary, latency, requests)
    local e = summary.errors
    io.write(string.format(
        'JSON {"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"status":%d,"socket":%d,"timeout":%d}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), e.status,
        e.connect + e.read + e.write, e.timeout
    ))
end
