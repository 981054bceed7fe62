#!/usr/bin/env bash
# Division in a Garnet script leaves ".0" in what is written.
#
# Seen on: Microsoft.Garnet 2.2.8, StackExchange.Redis 3.4.35, .NET 10.
# Guess:   tostring(10 / 2) is "5", and a key or a value built from it has no point: Redis embeds Lua 5.1, whose numbers have one kind.
# Seen:    "5.0": Garnet's Lua is newer and keeps integers and floats apart. Written into a key or a value it is another text than on Redis.
# So:      math.floor what is divided before it becomes text.
#
# Installs pinned public packages in a temporary folder, and fails when the behaviour has changed.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
cat > probe.csproj <<'EOF'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Microsoft.Garnet" Version="2.2.8" />
    <PackageReference Include="StackExchange.Redis" Version="3.4.35" />
    <PackageReference Include="Microsoft.IdentityModel.Protocols.OpenIdConnect" Version="8.23.0" />
    <PackageReference Include="System.IdentityModel.Tokens.Jwt" Version="8.23.0" />
    <PackageReference Include="Azure.Core" Version="1.60.0" />
    <PackageReference Include="Microsoft.Identity.Client" Version="4.84.2" />
  </ItemGroup>
</Project>
EOF
cat > Program.cs <<'EOF'
using Garnet;
using StackExchange.Redis;

var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
listener.Start();
var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
listener.Stop();
using var server = new GarnetServer(["-q", "--bind", "127.0.0.1", "--port", $"{port}", "--lua", "--lua-transaction-mode", "--device-type", "RandomAccess", "--memory", "64m", "--page", "4m", "--index", "16m"]);
server.Start();
await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port}");
var db = redis.GetDatabase();

Console.WriteLine(await db.ScriptEvaluateAsync("return tostring(10 / 2)"));
await db.ScriptEvaluateAsync("redis.call('SET', KEYS[1], 10 / 2)", ["number"]);
Console.WriteLine(await db.StringGetAsync("number"));
Console.WriteLine(await db.ScriptEvaluateAsync("return tostring(math.floor(10 / 2))"));
EOF
dotnet build -v q --nologo -o out >build.log 2>&1 || { cat build.log; exit 2; }
seen=$(./out/probe)
expected='5.0
5.0
5'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: expected"; echo "$expected"; exit 1; }
