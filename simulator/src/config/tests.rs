use super::Options;
use crate::world::CheckIn;

#[test]
fn flags_win_over_the_file_and_the_file_over_the_defaults() {
    let file =
        Options::parse_file("simtune.toml", "seed = 7\nfleet = \"empty\"\nquirk = [\"filter-ne=eq\"]\n").unwrap();
    let flags = Options { seed: Some(9), quirk: vec!["filter-ne=ne".to_owned()], ..Options::default() };
    let config = flags.over(file).check().unwrap();
    assert_eq!(config.tenant.seed, 9);
    assert_eq!(config.tenant.fleet, crate::fleet::Builtin::Empty.into());
    assert_eq!(config.tenant.quirks.filter_ne.name(), "ne", "of two settings of one quirk the flag's is the last");
    assert_eq!(config.listen, super::CLIENT_ADDRESS);
    assert_eq!(config.tenant.check_in, CheckIn::AfterPush(chrono::TimeDelta::seconds(2)));
}

#[test]
fn an_address_others_can_reach_needs_a_word() {
    let open = || Options { listen: Some("0.0.0.0:0".parse().unwrap()), ..Options::default() };
    assert!(open().check().unwrap_err().to_string().contains("--expose"));
    assert!(Options { expose: true, ..open() }.check().is_ok());
}

#[test]
fn domains_are_domains() {
    for (domain, sound) in [
        ("contoso.example", true),
        ("contoso", false),
        ("-a.example", false),
        ("a..b", false),
        ("a b.example", false),
        ("ä.example", false),
    ] {
        let options = Options { tenant_domain: Some(domain.to_owned()), ..Options::default() };
        assert_eq!(options.check().is_ok(), sound, "{domain}");
    }
}

#[test]
fn names_for_certificates_are_names_below_which_no_strangers_are() {
    let told: Vec<String> =
        ["Simtune", "intune.contoso.example", "com", "uk", "*.example.com", "127.0.0.1", "microsoft.com", "a b", ""]
            .into_iter()
            .map(|name| {
                let options = Options { tls_name: vec![name.to_owned()], ..Options::default() };
                match options.check() {
                    Ok(config) => format!("{name}: {}", config.tls_names[0]),
                    Err(error) => format!("{name}: {error}"),
                }
            })
            .collect();
    insta::assert_snapshot!(told.join("\n"));
}
