fn v(cddl: &str, hex: &str) -> String {
    let b: Vec<u8> = (0..hex.len()/2).map(|i| u8::from_str_radix(&hex[2*i..2*i+2],16).unwrap()).collect();
    match std::panic::catch_unwind(|| cddl::validate_cbor_from_slice(cddl, &b, None)) {
        Ok(Ok(())) => "ok".into(),
        Ok(Err(e)) => format!("ERR {}", e.to_string().lines().next().unwrap_or("").chars().take(150).collect::<String>()),
        Err(_) => "PANIC".into(),
    }
}
#[test]
fn probe() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("sig2", "a = letter<h, b>\nh = { 1 => -8, 3 => \"x\", -70001 => tstr }\nb = { 0 => uint }\nletter<head, body> = [ protected: bstr .cbor head, {}, payload: bstr .cbor body, signature: bstr .size 2 ]",
            &["844da301270361783a000111706160a043a10001420102", "844da301270361793a000111706160a043a10001420102","844da301270361783a000111706160a043a10002420102","844da301270361783a000111706160a043a16161420102","844da301270361783a000111706160a043a12001420102"]),
        ("sig3", "a = [ protected: bstr .cbor h, {}, payload: bstr .cbor b, signature: bstr .size 2 ]\nh = { 1 => -8, 3 => \"x\", -70001 => tstr }\nb = { 0 => uint }",
            &["844da301270361783a000111706160a043a10001420102", "844da301270361793a000111706160a043a10001420102","844da301270361783a000111706160a043a10002420102","844da301270361783a000111706160a043a16161420102", "844da301270361783a000111706160a043a16161420102"]),

 ("sig4","a = letter<h<\"x\", -8>, b>\nh<k, alg> = { 1 => alg, 3 => k, -70001 => tstr }\nb = { 0 => uint }\nletter<head, body> = [ protected: bstr .cbor head, {}, payload: bstr .cbor body, signature: bstr .size 2 ]",
            &["844da301270361783a000111706160a043a10001420102", "844da301270361793a000111706160a043a10001420102","844da301270361783a000111706160a043a10002420102","844da301270361783a000111706160a043a10061420102","844da301260361783a000111706160a043a12001420102"]),
 ("nested","a = letter<h, b>\nz = letter<h, c>\nh = { 1 => -8, 3 => \"x\", -70001 => tstr }\nb = { 0 => uint, ? 1 => bstr .cbor z }\nc = { 0 => tstr }\nletter<head, body> = [ protected: bstr .cbor head, {}, payload: bstr .cbor body, signature: bstr .size 2 ]",
            &["844da301270361783a000111706160a043a10001420102", 
"844da301270361783a000111706160a0581ea200010158 19844da301270361783a000111706160a044a10061 61420102420102",
"844da301270361783a000111706160a0581da200010158 18844da301270361783a000111706160a043a10061420102420102",
"844da301270361783a000111706160a0581da200010158 18844da301270361783a000111706160a043a10001420102420102",
"844da301270361783a000111706160a0581da200010158 18844da301260361783a000111706160a043a10060420102420102",
"844da301270361783a000111706160a0581da200010158 18844da301270361783a000111706160a043a10060420102420102",
]),
 ("genmap","a = [2, valid<k>]\nk = tstr\nvalid<t> = { 0 => t, 1 => [*t] }",&["8202a2006161018161 61","8202a2006161018101","8202a20005018161 61"]),
 ("bool","a = [ * letter<h, b> ]\nh=uint\nb={0=>uint}\nletter<x,y>=[x, bstr .cbor y]",&["80","81820143a10001","81820144a1006161"]),
    ];
    for (n, c, hs) in cases { for h in *hs { let h = h.replace(' ', ""); println!("{n:12} {h:60} {}", v(c, &h)); } }
}
