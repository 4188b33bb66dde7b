const ROLE = `
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - { Effect: Allow, Action: sts:AssumeRole, Principal: { Service: ec2.amazonaws.com } }
`.slice(1, -1);

/** Stacks with resource types of the lab, by name. Each takes AWS a different time. */
export const SAMPLE_STACKS: Readonly<Record<string, string>> = {
  'log-group': `
Resources:
  Log: { Type: AWS::Logs::LogGroup }
`,
  role: `
Resources:
${ROLE}
`,
  rule: `
Resources:
  Rule:
    Type: AWS::Events::Rule
    Properties: { EventPattern: { source: [aws.autoscaling] } }
`,
  'instance-profile': `
Resources:
${ROLE}
  Profile:
    Type: AWS::IAM::InstanceProfile
    Properties: { Roles: [!Ref Role] }
`,
  network: `
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: { CidrBlock: 10.9.0.0/16 }
  Subnet:
    Type: AWS::EC2::Subnet
    Properties: { VpcId: !Ref Vpc, CidrBlock: 10.9.0.0/24 }
  Gateway: { Type: AWS::EC2::InternetGateway }
  Attachment:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: { VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway }
  Address:
    Type: AWS::EC2::EIP
    DependsOn: Attachment
    Properties: { Domain: vpc }
  Nat:
    Type: AWS::EC2::NatGateway
    DependsOn: Attachment
    Properties: { SubnetId: !Ref Subnet, AllocationId: !GetAtt Address.AllocationId }
`,
};
