//! Functions of ranges of addresses, of ports and of ARNs.

use super::{Form, Function, Gives, Parameter, Signature, TEXT, TEXTS, signature};

const PORT: &[Parameter] = &[Parameter::Map, Parameter::Protocol, Parameter::Integer];

pub(super) static SIGNATURES: [Signature; 6] = [
    signature("allowsPort", Function::AllowsPort, Form::Either, PORT, Gives::Bool)
        .doc(
            "allowsPort(rule, protocol, port)",
            "Whether a rule of a security group lets a port of a protocol through, wherever from; \
             of ICMP, the port is the type.",
        )
        .example(
            "allowsPort({'IpProtocol': 'tcp', 'FromPort': 20, 'ToPort': 30}, 'tcp', 22)",
            "true",
        ),
    signature("arn", Function::Arn, Form::Global, TEXT, Gives::Arn)
        .doc(
            "arn(text)",
            "The parts of an ARN: `partition`, `service`, `region`, `account`, `resource`, and \
             of the last `resourceType` and `resourceId`.",
        )
        .example("arn('arn:aws:iam::123456789012:role/app/web').resourceId", "'app/web'"),
    signature("cidrContains", Function::CidrContains, Form::Either, TEXTS, Gives::Bool)
        .doc("cidrContains(outer, inner)", "Whether a range holds another range or an address.")
        .example("cidrContains('10.0.0.0/8', '10.1.2.3')", "true"),
    signature("cidrOverlaps", Function::CidrOverlaps, Form::Either, TEXTS, Gives::Bool)
        .doc("cidrOverlaps(one, other)", "Whether two ranges have an address in common.")
        .example("cidrOverlaps('10.0.0.0/8', '10.1.0.0/16')", "true"),
    signature("cidrPrefixLength", Function::CidrPrefixLength, Form::Either, TEXT, Gives::Int)
        .doc(
            "cidrPrefixLength(range)",
            "The bits of a range that are fixed; 32 or 128 of a single address.",
        )
        .example("cidrPrefixLength('2001:db8::/32')", "32"),
    signature("isWorldCidr", Function::IsWorldCidr, Form::Either, TEXT, Gives::Bool)
        .doc("isWorldCidr(range)", "Whether a range is all of IPv4 or all of IPv6.")
        .example("isWorldCidr('0.0.0.0/0') && isWorldCidr('::/0')", "true"),
];
