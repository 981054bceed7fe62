#!/usr/bin/env bash
# A value with two braces in an environment variable is a template to Aspire's orchestrator.
#
# Seen on: Aspire.Hosting.AppHost 13.6.5 (SDK 13.6.4), its DCP, linux-x64, .NET 10.
# Guess:   WithEnvironment("PASSWORD", "a{{b") gives the program a{{b.
# Seen:    DCP reads each value as a Go template. {{ .Name }} is replaced by the name of the executable, and a value that is no valid template arrives as it is.
# So:      a secret with braces usually works, and one day is silently another: generate passwords without braces.
#
# Installs pinned public packages in a temporary folder, and fails when the behaviour has changed.
set -euo pipefail
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT; cd "$work"
cat > probe.csproj <<'EOF'
<Project Sdk="Aspire.AppHost.Sdk/13.6.4">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable><NoWarn>$(NoWarn);ASPIRE010</NoWarn><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Aspire.Hosting.AppHost" Version="13.6.5" />
    <PackageReference Include="Polly.Core" Version="8.9.1" />
    <PackageReference Include="Nerdbank.MessagePack" Version="1.3.88" />
  </ItemGroup>
</Project>
EOF
cat > Program.cs <<'EOF'
var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { Args = args, DisableDashboard = true });
var probe = Environment.GetEnvironmentVariable("PROBE");
builder.AddExecutable("plain", "bash", ".", "-c", $"echo \"$VALUE\" > {probe}/plain; sleep 600").WithEnvironment("VALUE", "a{b}c");
builder.AddExecutable("name", "bash", ".", "-c", $"echo \"$VALUE\" > {probe}/name; sleep 600").WithEnvironment("VALUE", "a{{ .Name }}c");
builder.AddExecutable("open", "bash", ".", "-c", $"echo \"$VALUE\" > {probe}/open; sleep 600").WithEnvironment("VALUE", "a{{c");
builder.Build().Run();
EOF
dotnet build -v q --nologo -o out >build.log 2>&1 || { cat build.log; exit 2; }
export ASPNETCORE_ENVIRONMENT=Development DOTNET_ENVIRONMENT=Development ASPIRE_ALLOW_UNSECURED_TRANSPORT=true PROBE=$work/probe; mkdir "$PROBE"
(exec ./out/probe >run.log 2>&1) & host=$!
for i in $(seq 200); do [ -s "$PROBE/plain" ] && [ -s "$PROBE/name" ] && break; sleep 0.1; done
sleep 3
seen=$(echo "plain $(cat "$PROBE/plain")"; case "$(cat "$PROBE/name")" in 'a{{ .Name }}c') echo "name kept";; aname-*c) echo "name replaced";; *) cat "$PROBE/name";; esac; if [ -e "$PROBE/open" ]; then echo "open $(cat "$PROBE/open")"; else echo "open not started"; fi)
kill -TERM $host; wait $host || true
expected='plain a{b}c
name replaced
open a{{c'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "CHANGED: expected"; echo "$expected"; exit 1; }
