use super::Offer;

#[test]
fn packages_are_named_by_the_release_of_the_kernel() {
    let offer = Offer {
        release: "6.1.0-57-amd64".into(),
        series: "6.1".into(),
        names: vec![],
        made_of: String::new(),
    };
    assert_eq!(offer.image(), "linux-image-6.1.0-57-amd64");
    assert_eq!(offer.source(), "linux-source-6.1");
    let headers = ["linux-headers-6.1.0-57-amd64", "linux-headers-6.1.0-57-common", "linux-kbuild-6.1"];
    assert_eq!(offer.headers(), headers);
}
