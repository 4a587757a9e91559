"""What systems, devices and servers keep in their own files, two contexts each."""

from __future__ import annotations

SYSTEMS = {
    "grub": (
        "password_pbkdf2 root grub.pbkdf2.sha512.10000.<HEX:128>.<HEX:128>",
        "PBKDF2 hash of your password is grub.pbkdf2.sha512.10000.<HEX:64>.<HEX:64>",
    ),
    "tsig": ('key "ddns" { algorithm hmac-sha256; secret "<b64:43>="; };', "nsupdate -y hmac-sha256:ddns:<b64:43>="),
    "rndc": (
        'key "rndc-key" {\n\talgorithm hmac-md5;\n\tsecret "<b64:22>==";\n};',
        "dig -y hmac-sha256:xfr:<b64:43>= axfr example.net",
    ),
    "chap": ('"alice" * "<pw>" *', "alice\tpptpd\t<pw>\t*"),
    "wpa": ('network={\n  ssid="home"\n  psk="<pw>"\n}', "nmcli dev wifi connect home password <words>"),
    "hostapd": ("wpa_passphrase=<words>", "sae_password=<pw>"),
    "cisco": ("username ops privilege 15 secret 9 $9$<an:14>$<url:43>", "enable secret 5 $1$<an:4>$<an:22>"),
    "cisco 7": ("username ops password 7 <HEX:22>", "neighbor 10.0.0.2 password 7 <HEX:18>"),
    "juniper": ('secret "$9$<an:40>"; ## SECRET-DATA', 'authentication-key "$9$<an:30>";'),
    "mikrotik": ("/ppp secret add name=alice password=<pw> service=l2tp", "/user set admin password=<words>"),
    "fortinet": ("set passwd ENC <b64:60>==", "set psksecret ENC <b64:80>="),
    "palo alto": ("phash $5$<an:8>$<an:43>;", "set mgt-config users ops phash $5$<an:8>$<an:43>"),
    "haproxy": ("userlist l\n  user admin insecure-password <pw>", "user stats password $6$<an:8>$<an:86>"),
    "traefik": (
        "traefik.http.middlewares.a.basicauth.users=admin:$$apr1$$<an:8>$$<an:22>",
        "basicAuth:\n  users:\n  - admin:$2y$05$<an:53>",
    ),
    "dovecot": ("alice:{PLAIN}<pw>:1000:1000::/home/alice", "doveadm auth test alice <pw>"),
    "postfix": ("[smtp.example.net]:587 alice@example.net:<pw>", "smtp.example.net alice@example.net:<pw>"),
    "asterisk": (
        "[6001]\ntype=friend\nsecret=<words>\nhost=dynamic",
        "[6001-auth]\ntype=auth\nusername=6001\npassword=<pw>",
    ),
    "tomcat": (
        '<user username="admin" password="<pw>" roles="manager-gui"/>',
        '<Connector port="8443" keystorePass="<words>" />',
    ),
    "machine key": (
        '<machineKey validationKey="<HEX:128>" decryptionKey="<HEX:64>" validation="SHA1" />',
        'machineKey decryptionKey="<HEX:48>"',
    ),
    "rails": ("secret_key_base: <hex:128>", "RAILS_MASTER_KEY=<hex:32>"),
    "phoenix": ('secret_key_base: "<b64:64>"', 'signing_salt: "<b64:8>"'),
    "play": ('play.http.secret.key="<b64:64>"', 'APPLICATION_SECRET="<b64:64>"'),
    "yii": ("'cookieValidationKey' => '<url:32>',", "APP_SECRET=<hex:32>"),
    "drupal": (
        "$settings['hash_salt'] = '<url:74>';",
        "drush site:install --account-pass=<words> --db-url=mysql://d:<pw>@db/d",
    ),
    "wordpress salts": ("define( 'LOGGED_IN_KEY', '<an:64>' );", "define('NONCE_SALT', '<an:64>');"),
    "airflow": (
        "AIRFLOW__CORE__FERNET_KEY=<url:43>=",
        "airflow users create --username a --password <words> --role Admin",
    ),
    "superset": ("SUPERSET_SECRET_KEY=<b64:56>", "superset fab create-admin --username a --password <pw>"),
    "nifi": ("nifi.sensitive.props.key=<an:32>", "nifi.security.keystorePasswd=<an:43>"),
    "jenkins": (
        "<apiToken>{AQAAABAAAAAw<b64:64>=}</apiToken>",
        "curl -u ops:11<hex:32> https://ci.example.net/job/x/build",
    ),
    "maven": ("<password>{<b64:43>=}</password>", "<passphrase><pw></passphrase>"),
    "websphere": ('<authData user="db" password="{xor}<b64:24>=="/>', "password={AES}<b64:43>="),
    "kerberos": ("kadmin.local -q 'addprinc -pw <pw> alice'", "addprinc -pw <words> host/x"),
    "samba": (
        "smbclient //nas/share -U 'ACME\\alice%<pw>'",
        "mount -t cifs //nas/s /m -o username=alice,password=<pw>,uid=1000",
    ),
    "ipmi": (
        "ipmitool -I lanplus -H 10.0.0.9 -U ADMIN -P <pw> power status",
        "racadm -r 10.0.0.9 -u root -p <words> getsysinfo",
    ),
    "vmware": ("govc: GOVC_PASSWORD=<pw>", "govc about -u 'administrator@vsphere.local:<pw>@vc.example.net'"),
    "windows answer file": (
        "<AdministratorPassword><Value><b64pw:14></Value><PlainText>false</PlainText></AdministratorPassword>",
        "<AutoLogon><Password><Value><pw></Value></Password></AutoLogon>",
    ),
    "group policy": (
        '<Properties action="U" userName="svc" cpassword="<b64:43>"/>',
        'cpassword="<b64:64>" changed="2026-01-01"',
    ),
    "active directory": ("dsadd user cn=a -pwd <pw> -mustchpwd yes", "net user alice <pw> /add /domain"),
    "ansible": ("ansible_become_password: <words>", "ansible-playbook x.yml -e 'ansible_password=<pw>'"),
    "cloud-init": (
        "chpasswd:\n  list: |\n    root:<pw>",
        "#cloud-config\npassword: <words>\nchpasswd: { expire: False }",
    ),
    "kickstart": ("rootpw --plaintext <pw>", "rootpw --iscrypted $6$<an:12>$<an:86>"),
    "preseed": (
        "d-i passwd/root-password password <pw>",
        "d-i passwd/user-password-crypted password $6$<an:8>$<an:86>",
    ),
    "backup": ("RESTIC_PASSWORD=<words>", "borg: BORG_PASSPHRASE='<pw>' borg list"),
    "rclone crypt": ("[secret]\ntype = crypt\npassword = <url:40>\npassword2 = <url:40>", "RCLONE_CONFIG_PASS=<pw>"),
    "duplicity": ("PASSPHRASE=<pw> duplicity /d s3://b", "FTP_PASSWORD=<words> duplicity x"),
    "zip": ("7z a -p<pw> x.7z d", "unzip -P <pw> x.zip"),
    "cookie of flask": (
        "Set-Cookie: session=.eJw<url:80>.<url:6>.<url:27>; HttpOnly; Path=/",
        "Cookie: session=eyJ<url:60>.<url:6>.<url:27>",
    ),
    "home assistant": ("Authorization: Bearer <jwt>", "http:\n  api_password: <words>"),
    "hue": ("GET http://192.0.2.5/api/<an:40>/lights", "hue-application-key: <an:40>"),
    "mosquitto": ("mosquitto_pub -h m -u ops -P <pw> -t a -m b", "ops:$7$101$<b64:16>$<b64:86>=="),
    "meraki": ("X-Cisco-Meraki-API-Key: <hex:40>", "MERAKI_DASHBOARD_API_KEY=<hex:40>"),
    "unifi": ("X-API-KEY: <url:32>", '{"username":"ops","password":"<pw>","remember":true}'),
    "pihole": ("WEBPASSWORD=<words>", "http://pi.hole/admin/api.php?disable=60&auth=<hex:64>"),
    "proxmox": ("Authorization: PVEAPIToken=root@pam!ci=<uuid>", "PVEAuthCookie=PVE:root@pam:<HEX:8>::<b64:340>=="),
    "portainer": ("X-API-Key: ptr_<b64:43>=", "portainer: ptr_<b64:43>= is not valid"),
    "rancher": ("rancher login https://r.example.net --token token-<lo:5>:<lo:54>", "CATTLE_SECRET_KEY=<lo:54>"),
}
